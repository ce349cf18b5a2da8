package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;
import java.util.Arrays;

/**
 * What a step has seen so far; the target at index 0, then the covariates. An element with count 0
 * has not been observed. Never changed: each observation gives a new one.
 *
 * @param group model group of the series
 * @param values {@code [1 + covariates]}, aggregated so far; 0 where nothing was observed
 * @param counts {@code [1 + covariates]}, finite values so far
 * @param times {@code [1 + covariates]}, event time of the latest, milliseconds
 */
public record OpenStep(String group, float[] values, int[] counts, long[] times) {
  public static OpenStep empty(String group, int width) {
    return new OpenStep(group, new float[width], new int[width], new long[width]);
  }

  /** Of the observation's group, and with its covariates: of others nothing is kept. */
  public OpenStep with(SeriesObservation observation, Aggregation aggregation) {
    OpenStep next = copyFor(observation);
    next.add(0, observation.value(), observation.time(), aggregation);
    for (int i = 1; i < next.values.length; i++) {
      next.add(i, observation.covariates()[i - 1], observation.time(), aggregation);
    }
    return next;
  }

  private OpenStep copyFor(SeriesObservation observation) {
    int width = 1 + observation.covariates().length;
    int kept = width == values.length ? width : 1;
    OpenStep copy = empty(observation.group(), width);
    System.arraycopy(values, 0, copy.values, 0, kept);
    System.arraycopy(counts, 0, copy.counts, 0, kept);
    System.arraycopy(times, 0, copy.times, 0, kept);
    return copy;
  }

  private void add(int i, float value, long time, Aggregation aggregation) {
    if (Float.isNaN(value)) {
      return;
    }
    switch (aggregation) {
      case LAST -> {
        if (counts[i] == 0 || time >= times[i]) {
          values[i] = value;
        }
      }
      case MEAN -> values[i] += (value - values[i]) / (counts[i] + 1);
      case SUM -> values[i] += value;
    }
    counts[i]++;
    times[i] = counts[i] == 1 ? time : Math.max(times[i], time);
  }

  public ClosedStep close(long index) {
    float[] closed = new float[values.length];
    for (int i = 0; i < closed.length; i++) {
      closed[i] = counts[i] == 0 ? Float.NaN : values[i];
    }
    return new ClosedStep(index, closed[0], Arrays.copyOfRange(closed, 1, closed.length));
  }
}
