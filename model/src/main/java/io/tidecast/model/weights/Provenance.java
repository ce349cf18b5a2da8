package io.tidecast.model.weights;

import java.util.regex.Pattern;

/**
 * Where a model comes from. Indices are steps of the grid. No wall clock: the same training gives
 * the same provenance, and so the same artifact.
 *
 * @param group model group it serves
 * @param sequence its number within the group, from 1
 * @param parent version it was warm started from; empty if from scratch
 * @param seed of the training
 * @param firstStep first step of the data it was trained on
 * @param lastStep last step of that data
 * @param windows number of training windows
 * @param series number of series among them
 * @param codeVersion of this software
 * @param pinball mean pinball loss of the forecasts on the validation part of that data, which
 *     chose the round, in units of the running scale
 */
public record Provenance(
    String group,
    int sequence,
    String parent,
    long seed,
    long firstStep,
    long lastStep,
    int windows,
    int series,
    String codeVersion,
    double pinball) {
  private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]{1,200}");

  public Provenance {
    requireGroup(group);
  }

  /** The one rule for the name of a group: it is part of versions, of file names and of keys. */
  public static void requireGroup(String group) {
    if (!GROUP.matcher(group).matches()) {
      throw new IllegalArgumentException(
          "group: " + group + "; accepted: 1 to 200 of letters, digits, '.', '_' and '-'");
    }
  }
}
