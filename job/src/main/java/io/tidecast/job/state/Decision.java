package io.tidecast.job.state;

import java.util.Collection;

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
 * @param basis what it was made from
 */
public record Decision(
    String group,
    long boundary,
    long validFrom,
    long coveredBefore,
    Outcome outcome,
    String version,
    String parent,
    Basis basis)
    implements GroupNotice {

  /**
   * What a decision was made from.
   *
   * @param windows at hand; 0 if nothing was looked at, and then nothing else is said
   * @param series among them
   * @param firstStep of the oldest window, its index in the grid
   * @param lastStep of the newest window
   * @param observed targets in them
   * @param leftOut of these, as stuck or thrown far off
   * @param tookMillis from the beginning to the end, by the clock on the wall: the one thing here
   *     that another run may say otherwise
   */
  public record Basis(
      int windows,
      int series,
      long firstStep,
      long lastStep,
      long observed,
      long leftOut,
      long tookMillis) {
    public static final Basis NONE = new Basis(0, 0, 0, 0, 0, 0, 0);

    /** Windows that were at hand. */
    public static Basis of(
        Collection<SeriesWindow> windows, long observed, long leftOut, long tookMillis) {
      return windows.isEmpty()
          ? NONE
          : new Basis(
              windows.size(),
              (int) windows.stream().map(SeriesWindow::series).distinct().count(),
              windows.stream().mapToLong(SeriesWindow::start).min().getAsLong(),
              windows.stream().mapToLong(SeriesWindow::end).max().getAsLong(),
              observed,
              leftOut,
              tookMillis);
    }
  }
}
