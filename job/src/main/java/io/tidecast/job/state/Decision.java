package io.tidecast.job.state;

/**
 * What holds for a group from {@code validFrom} on, decided at a boundary. There is one decision
 * per group and boundary, in order of boundaries.
 *
 * @param group model group
 * @param boundary event time of the decision, milliseconds
 * @param validFrom first origin it holds for, milliseconds
 * @param coveredBefore no later decision of the group can hold for an origin before this
 * @param outcome what was decided
 * @param version that serves from {@code validFrom} on; empty if none does
 * @param parent version that served before; empty if none did
 * @param windows the training read; 0 if there was none
 * @param series among the windows
 */
public record Decision(
    String group,
    long boundary,
    long validFrom,
    long coveredBefore,
    Outcome outcome,
    String version,
    String parent,
    int windows,
    int series)
    implements GroupNotice {}
