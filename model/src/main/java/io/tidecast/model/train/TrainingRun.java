package io.tidecast.model.train;

import io.tidecast.model.weights.Provenance;

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
    Provenance.requireGroup(group);
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence: " + sequence + "; accepted: 1 or more");
    }
  }
}
