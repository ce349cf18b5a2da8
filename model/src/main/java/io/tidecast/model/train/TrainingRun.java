package io.tidecast.model.train;

/**
 * What names one training.
 *
 * @param group model group the model will serve
 * @param sequence number of the model within its group, from 1
 * @param seed of everything drawn at random
 * @param codeVersion version of this software, for the provenance
 */
public record TrainingRun(String group, int sequence, long seed, String codeVersion) {
  public TrainingRun {
    if (!group.matches("[A-Za-z0-9._/-]{1,200}")) {
      throw new IllegalArgumentException(
          "group: " + group + "; accepted: 1 to 200 of letters, digits, '.', '_', '/' and '-'");
    }
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence: " + sequence + "; accepted: 1 or more");
    }
  }
}
