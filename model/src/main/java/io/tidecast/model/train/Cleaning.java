package io.tidecast.model.train;

import io.tidecast.model.Stretch;
import io.tidecast.model.online.StuckTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Windows without what would teach nonsense: a target that is stuck or that is thrown far off for a
 * step or a few becomes missing, which the trainer knows how to live with. Judged by the series'
 * own habits, so that nights of zeros, dry weeks and storms stay.
 *
 * <p>Stuck: equal values in a row, where so long a run would come once in a million by chance. The
 * chance that a value repeats is the median over days of {@value #CHUNK} steps, so that less than
 * half of a history that is stuck does not become a habit. Thrown off: away from both neighbours to
 * the same side, for at most {@value #LONGEST_SPIKE} steps, by more than {@value #ABSURD} times the
 * change that one step in twenty exceeds.
 *
 * @param windows the same, in order of series and time
 * @param observed targets that were there
 * @param stuck of these, left out as stuck
 * @param spikes of these, left out as thrown off
 */
public record Cleaning(List<Stretch> windows, long observed, long stuck, long spikes) {
  private static final int CHUNK = 24;
  private static final int LONGEST_SPIKE = 3;
  private static final int ABSURD = 20;
  private static final int LEAST = 4 * CHUNK;

  /** Leaves the given windows as they are. */
  public static Cleaning of(List<Stretch> windows) {
    Map<String, List<Stretch>> bySeries = new TreeMap<>();
    windows.stream()
        .sorted(Comparator.comparingLong(Stretch::end))
        .forEach(w -> bySeries.computeIfAbsent(w.series(), key -> new ArrayList<>()).add(w));
    List<Stretch> kept = new ArrayList<>();
    long[] counts = new long[3];
    for (List<Stretch> series : bySeries.values()) {
      clean(series, kept, counts);
    }
    return new Cleaning(List.copyOf(kept), counts[0], counts[1], counts[2]);
  }

  public long leftOut() {
    return stuck + spikes;
  }

  private static void clean(List<Stretch> series, List<Stretch> kept, long[] counts) {
    double[] values = targets(series);
    for (double value : values) {
      counts[0] += Double.isNaN(value) ? 0 : 1;
    }
    boolean[] isStuck = stuck(values);
    boolean[] isSpike = spikes(values, isStuck);
    int at = 0;
    for (Stretch window : series) {
      float[][] rows = window.values().clone();
      boolean changed = false;
      for (int i = 0; i < rows.length; i++, at++) {
        if (isStuck[at] || isSpike[at]) {
          counts[isStuck[at] ? 1 : 2]++;
          rows[i] = rows[i].clone();
          rows[i][0] = Float.NaN;
          changed = true;
        }
      }
      kept.add(changed ? window.with(window.end(), rows) : window);
    }
  }

  /** Of all windows one after the other. */
  private static double[] targets(List<Stretch> series) {
    return series.stream().flatMapToDouble(w -> Arrays.stream(w.targets())).toArray();
  }

  private static boolean[] stuck(double[] values) {
    boolean[] stuck = new boolean[values.length];
    int rare = rareRun(values);
    int start = 0;
    for (int t = 1; t <= values.length; t++) {
      if (t == values.length || values[t] != values[start]) {
        if (t - start >= rare) {
          Arrays.fill(stuck, start, t, true);
        }
        start = t;
      }
    }
    return stuck;
  }

  /** Shortest run of equal values that is too long to be true. */
  private static int rareRun(double[] values) {
    double[] shares = new double[values.length / CHUNK];
    for (int chunk = 0; chunk < shares.length; chunk++) {
      int repeats = 0;
      for (int t = Math.max(1, chunk * CHUNK); t < (chunk + 1) * CHUNK; t++) {
        repeats += values[t] == values[t - 1] ? 1 : 0;
      }
      shares[chunk] = (double) repeats / CHUNK;
    }
    if (values.length < LEAST) {
      return Integer.MAX_VALUE;
    }
    Arrays.sort(shares);
    return StuckTest.rareRun(shares[shares.length / 2]);
  }

  private static boolean[] spikes(double[] values, boolean[] isStuck) {
    boolean[] spikes = new boolean[values.length];
    double absurd = ABSURD * usualChange(values, isStuck);
    for (int t = 1; t < values.length; t++) {
      double off = values[t] - values[t - 1];
      if (Math.abs(off) > absurd && !spikes[t - 1]) {
        int back = back(values, t, off);
        if (back > 0) {
          Arrays.fill(spikes, t, back, true);
        }
      }
    }
    return spikes;
  }

  /** First step after a spike that begins at {@code t}; 0 if the series stays where it went. */
  private static int back(double[] values, int t, double off) {
    for (int end = t + 1; end <= t + LONGEST_SPIKE && end < values.length; end++) {
      if (Math.abs(values[end] - values[t - 1]) < Math.abs(off) / 4) {
        return end;
      }
    }
    return 0;
  }

  /** That one step in twenty exceeds; infinite on a short series. */
  private static double usualChange(double[] values, boolean[] isStuck) {
    double[] changes = new double[values.length];
    int count = 0;
    for (int t = 1; t < values.length; t++) {
      double change = Math.abs(values[t] - values[t - 1]);
      if (change > 0 && !isStuck[t]) {
        changes[count++] = change;
      }
    }
    if (count < LEAST) {
      return Double.POSITIVE_INFINITY;
    }
    Arrays.sort(changes, 0, count);
    return changes[(int) (count * 0.95)];
  }
}
