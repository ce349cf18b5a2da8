package io.tidecast.connectors.file;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Which of the two each row of a repeated hour is: the one before the clock went back, or the one
 * after. The rule, for the rows of one stream in the order of the file (turned round where the file
 * descends):
 *
 * <ol>
 *   <li>The largest step back in local time, if it is half the repeated stretch or more, is where
 *       the clock went back. Smaller ones are rows in disorder or sent again.
 *   <li>Without one, rows that all have the same local time are parted in the middle: hourly rows
 *       are two, and two that were both sent twice are four.
 *   <li>Else all are before, and <em>ambiguous</em>: the file tells no second pass.
 * </ol>
 */
final class RepeatedHour {
  private RepeatedHour() {}

  /**
   * What was told.
   *
   * @param first row that lies after the clock went back, in ascending order; the number of rows if
   *     none does
   * @param ambiguous rows whose place nothing tells
   */
  record Parted(int first, int ambiguous) {}

  /**
   * Parts rows.
   *
   * @param local times, in the order of the file
   * @param stretch that is repeated
   * @return by row, whether it lies after the clock went back
   */
  static boolean[] after(List<LocalDateTime> local, boolean descending, Duration stretch) {
    int first = parted(local, descending, stretch).first();
    boolean[] after = new boolean[local.size()];
    for (int i = 0; i < after.length; i++) {
      after[i] = (descending ? after.length - 1 - i : i) >= first;
    }
    return after;
  }

  static Parted parted(List<LocalDateTime> local, boolean descending, Duration stretch) {
    List<LocalDateTime> rows = new ArrayList<>(local);
    if (descending) {
      Collections.reverse(rows);
    }
    int size = rows.size();
    int back = largestStepBack(rows, stretch.dividedBy(2));
    if (back > 0) {
      return new Parted(back, 0);
    }
    boolean alike = rows.stream().distinct().count() == 1;
    return alike && size > 1 ? new Parted((size + 1) / 2, 0) : new Parted(size, size);
  }

  private static int largestStepBack(List<LocalDateTime> rows, Duration least) {
    int place = 0;
    Duration largest = least.minusNanos(1);
    for (int i = 1; i < rows.size(); i++) {
      Duration back = Duration.between(rows.get(i), rows.get(i - 1));
      if (back.compareTo(largest) > 0) {
        largest = back;
        place = i;
      }
    }
    return place;
  }
}
