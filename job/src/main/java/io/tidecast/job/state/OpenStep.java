package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a step has seen so far. Never changed: each observation gives a new one.
 *
 * <p>A value of the same variable and time replaces, it does not add: of two the one that was
 * appended to the topic last holds, by append time, partition and offset. So what a step closes to
 * follows from its records alone, in whichever order they were read, and a record that was sent
 * again changes nothing.
 *
 * <p>Size: with {@code last} at most one part per value, else one per time, 36 bytes and 4 per
 * value each.
 *
 * @param group model group of the series
 * @param width values of an observation, {@code 1 + covariates}
 * @param parts observations that can still count, in no order
 * @param seen values of the target, replaced ones included
 * @param replaced values of the target that another took the place of
 * @param closesAt index of the step at whose end it closes, if that is a later one than its own
 */
public record OpenStep(
    String group, int width, List<Part> parts, int seen, int replaced, long closesAt) {
  private static final Comparator<Part> APPENDED =
      Comparator.comparingLong(Part::appended)
          .thenComparingInt(Part::partition)
          .thenComparingLong(Part::offset);
  private static final Comparator<Part> LATEST =
      Comparator.comparingLong(Part::time).thenComparing(APPENDED);

  /** What several observations in one step become. */
  public enum Aggregation {
    /** The one with the latest event time. */
    LAST,
    /** Their arithmetic mean. */
    MEAN,
    /** Their sum. */
    SUM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One observation.
   *
   * @param time event time, milliseconds
   * @param appended when it was appended to its topic, milliseconds
   * @param partition of its record
   * @param offset of its record
   * @param values {@code [width]} the target, then the covariates; NaN where it says nothing, or
   *     what it says counts no more
   */
  public record Part(long time, long appended, int partition, long offset, double[] values) {
    boolean isEmpty() {
      for (double value : values) {
        if (!Double.isNaN(value)) {
          return false;
        }
      }
      return true;
    }
  }

  public OpenStep {
    parts = List.copyOf(parts);
  }

  public static OpenStep empty(String group, int width) {
    return empty(group, width, Long.MIN_VALUE);
  }

  public static OpenStep empty(String group, int width, long closesAt) {
    return new OpenStep(group, width, List.of(), 0, 0, closesAt);
  }

  /** Of the observation's group, and with its covariates: of others nothing is kept. */
  public OpenStep with(SeriesObservation observation, Aggregation aggregation) {
    Part added =
        new Part(
            observation.time(),
            observation.appended(),
            observation.partition(),
            observation.offset(),
            values(observation.value(), observation.covariates()));
    List<Part> next = new ArrayList<>(parts.size() + 1);
    int lost = 0;
    for (Part part : parts) {
      Part kept = fitted(part, added.values().length);
      if (kept.time() == added.time() || aggregation == Aggregation.LAST) {
        lost += settle(kept, added);
      }
      if (!kept.isEmpty()) {
        next.add(kept);
      }
    }
    if (!added.isEmpty()) {
      next.add(added);
    }
    int more = Double.isNaN(observation.value()) ? 0 : 1;
    return new OpenStep(
        observation.group(), added.values().length, next, seen + more, replaced + lost, closesAt);
  }

  /** With covariates that are known as it closes, beside those that were observed. */
  public OpenStep with(float[] covariates, long time) {
    List<Part> next = new ArrayList<>(parts);
    next.add(new Part(time, time, 0, 0, values(Double.NaN, covariates)));
    return new OpenStep(group, width, next, seen, replaced, closesAt);
  }

  static double[] values(double target, float[] covariates) {
    double[] values = new double[1 + covariates.length];
    values[0] = target;
    for (int i = 1; i < values.length; i++) {
      values[i] = covariates[i - 1];
    }
    return values;
  }

  /** A copy to be changed; of another width only the target is kept. */
  private static Part fitted(Part part, int width) {
    double[] values = Arrays.copyOf(part.values(), width);
    if (width != part.values().length) {
      Arrays.fill(values, 1, width, Double.NaN);
    }
    return new Part(part.time(), part.appended(), part.partition(), part.offset(), values);
  }

  /**
   * Leaves each value with the one of two observations that it counts of.
   *
   * @return targets that were replaced, 0 or 1
   */
  private static int settle(Part one, Part other) {
    Part loser = LATEST.compare(one, other) <= 0 ? one : other;
    Part winner = loser == one ? other : one;
    int replaced = 0;
    for (int i = 0; i < loser.values().length; i++) {
      if (!Double.isNaN(loser.values()[i]) && !Double.isNaN(winner.values()[i])) {
        loser.values()[i] = Double.NaN;
        replaced += i == 0 && one.time() == other.time() ? 1 : 0;
      }
    }
    return replaced;
  }

  /** Whether the target was observed at a time. */
  public boolean hasTargetAt(long time) {
    return parts.stream().anyMatch(part -> part.time() == time && !Double.isNaN(part.values()[0]));
  }

  public ClosedStep close(long index, Aggregation aggregation) {
    List<Part> inOrder = parts.size() < 2 ? parts : parts.stream().sorted(LATEST).toList();
    float[] covariates = new float[width - 1];
    for (int i = 1; i < width; i++) {
      covariates[i - 1] = (float) aggregated(inOrder, i, aggregation);
    }
    return new ClosedStep(index, aggregated(inOrder, 0, aggregation), covariates);
  }

  /** NaN if the value was not observed. */
  private static double aggregated(List<Part> inOrder, int i, Aggregation aggregation) {
    double result = Double.NaN;
    int count = 0;
    for (Part part : inOrder) {
      double value = part.values()[i];
      if (!Double.isNaN(value)) {
        result = count == 0 ? value : combined(result, value, count, aggregation);
        count++;
      }
    }
    return result;
  }

  private static double combined(double before, double value, int count, Aggregation aggregation) {
    return switch (aggregation) {
      case LAST -> value;
      case MEAN -> before + (value - before) / (count + 1);
      case SUM -> before + value;
    };
  }
}
