package io.tidecast.job.state;

/** What the forecasts of a group are told: in order, and each once. */
public sealed interface GroupNotice permits Decision, GroupNotice.Covered {
  String group();

  /** No decision of the group still to come can hold for an origin before this; milliseconds. */
  long coveredBefore();

  /** There is nothing to decide for origins before {@code coveredBefore} that was not said. */
  record Covered(String group, long coveredBefore) implements GroupNotice {}
}
