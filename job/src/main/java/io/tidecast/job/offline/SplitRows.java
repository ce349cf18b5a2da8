package io.tidecast.job.offline;

import io.tidecast.model.Stretch;
import io.tidecast.model.eval.Backtest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Parts of a data set in steps of the grid, from the first step of all series on.
 *
 * @param training steps that are trained on
 * @param validation steps that choose
 * @param test steps that are scored
 */
public record SplitRows(int training, int validation, int test) {
  private static final double TRAINING = 0.6;
  private static final double VALIDATION = 0.2;
  private static final int LEAST = 5;

  public SplitRows {
    if (training < 1 || validation < 1 || test < 1) {
      throw refused(training + "," + validation + "," + test);
    }
  }

  /** From {@code TRAIN,VALIDATION,TEST}. */
  public static SplitRows parse(String text) {
    try {
      int[] parts =
          Arrays.stream(text.split(",")).map(String::strip).mapToInt(Integer::parseInt).toArray();
      if (parts.length == 3) {
        return new SplitRows(parts[0], parts[1], parts[2]);
      }
    } catch (NumberFormatException e) {
      throw refused(text);
    }
    throw refused(text);
  }

  /**
   * 60, 20 and 20 per cent of all steps.
   *
   * @param file they were read from, as a refusal calls it
   */
  static SplitRows of(Path file, List<Stretch> series) {
    int all = steps(series);
    if (all < LEAST) {
      throw new IllegalArgumentException(
          file.getFileName()
              + ": "
              + all
              + " steps from the first to the last; accepted: at least "
              + LEAST
              + ", to train, choose and test on");
    }
    int training = (int) (TRAINING * all);
    int validation = (int) (VALIDATION * all);
    return new SplitRows(training, validation, all - training - validation);
  }

  /** On the grid of these series. */
  Backtest.Split on(List<Stretch> series) {
    if ((long) training + validation + test > steps(series)) {
      throw new IllegalArgumentException(
          "--split: "
              + this
              + "; accepted: at most the "
              + steps(series)
              + " steps from the first to the last in the file");
    }
    return Backtest.Split.of(first(series), training, validation, test);
  }

  private static long first(List<Stretch> series) {
    return series.stream().mapToLong(Stretch::start).min().orElseThrow();
  }

  private static int steps(List<Stretch> series) {
    long end = series.stream().mapToLong(Stretch::end).max().orElseThrow();
    return (int) (end + 1 - first(series));
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "--split: " + text + "; accepted: TRAIN,VALIDATION,TEST in rows, such as 8640,2880,2880");
  }

  @Override
  public String toString() {
    return training + "," + validation + "," + test;
  }
}
