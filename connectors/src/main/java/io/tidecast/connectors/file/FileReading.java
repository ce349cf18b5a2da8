package io.tidecast.connectors.file;

import io.tidecast.connectors.record.ObservationRecord;
import java.util.List;
import java.util.Map;

/**
 * What was read of a file, and what became of the rest: {@code rows} is the sum of the observations
 * of one stream column, and of {@code refused} and {@code leftOut}.
 *
 * @param observations in order of (time, stream)
 * @param rows in which something stands, headers and comments not counted
 * @param blank rows in which nothing stands
 * @param refused rows that were skipped, as {@code badRows} says, by their first flaw; at most 20
 *     different ones are told apart
 * @param leftOut observations outside {@code time.earliest} to {@code time.latest}, or of a
 *     variable that is not read
 * @param ambiguous observations in a repeated hour of which nothing tells whether they were before
 *     or after the clock went back; taken as before
 * @param shortened bars that end before their interval, as the next one of their stream begins
 * @param leaps rows far in time from the rows before and after, which are near each other
 * @param firstLeap stream and time of the first of them; empty if there is none
 */
public record FileReading(
    List<ObservationRecord> observations,
    long rows,
    long blank,
    Map<String, Long> refused,
    long leftOut,
    long ambiguous,
    long shortened,
    long leaps,
    String firstLeap) {

  public long refusedRows() {
    return refused.values().stream().mapToLong(Long::longValue).sum();
  }

  /** What a person should know of it, in one line; empty if there is nothing. */
  public String notes() {
    StringBuilder notes = new StringBuilder();
    note(notes, refusedRows(), "rows refused " + refused);
    note(
        notes,
        leftOut,
        "outside feed.time.earliest to latest, or of a variable not in feed.values");
    note(notes, ambiguous, "in a repeated hour, taken as before the clock went back");
    note(notes, shortened, "bars end where the next begins");
    note(notes, blank, "blank rows");
    return notes.toString();
  }

  private static void note(StringBuilder notes, long count, String what) {
    if (count > 0) {
      notes.append(notes.isEmpty() ? "" : "; ").append(count).append(' ').append(what);
    }
  }
}
