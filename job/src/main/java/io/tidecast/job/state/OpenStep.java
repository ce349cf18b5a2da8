package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

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
 */
public record OpenStep(String group, int width, List<Part> parts, int seen, int replaced) {
  private static final Comparator<Part> APPENDED =
      Comparator.comparingLong(Part::appended)
          .thenComparingInt(Part::partition)
          .thenComparingLong(Part::offset);
  private static final Comparator<Part> LATEST =
      Comparator.comparingLong(Part::time).thenComparing(APPENDED);

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
  public record Part(long time, long appended, int partition, long offset, float[] values) {
    boolean isEmpty() {
      for (float value : values) {
        if (!Float.isNaN(value)) {
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
    return new OpenStep(group, width, List.of(), 0, 0);
  }

  /** Of the observation's group, and with its covariates: of others nothing is kept. */
  public OpenStep with(SeriesObservation observation, Aggregation aggregation) {
    Part added =
        new Part(
            observation.time(),
            observation.appended(),
            observation.partition(),
            observation.offset(),
            values(observation));
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
    int more = Float.isNaN(observation.value()) ? 0 : 1;
    return new OpenStep(
        observation.group(), added.values().length, next, seen + more, replaced + lost);
  }

  private static float[] values(SeriesObservation observation) {
    float[] values = new float[1 + observation.covariates().length];
    values[0] = observation.value();
    System.arraycopy(observation.covariates(), 0, values, 1, values.length - 1);
    return values;
  }

  /** A copy to be changed; of another width only the target is kept. */
  private static Part fitted(Part part, int width) {
    float[] values = Arrays.copyOf(part.values(), width);
    if (width != part.values().length) {
      Arrays.fill(values, 1, width, Float.NaN);
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
      if (!Float.isNaN(loser.values()[i]) && !Float.isNaN(winner.values()[i])) {
        loser.values()[i] = Float.NaN;
        replaced += i == 0 && one.time() == other.time() ? 1 : 0;
      }
    }
    return replaced;
  }

  /** Whether the target was observed at a time. */
  public boolean hasTargetAt(long time) {
    return parts.stream().anyMatch(part -> part.time() == time && !Float.isNaN(part.values()[0]));
  }

  public ClosedStep close(long index, Aggregation aggregation) {
    List<Part> inOrder = parts.size() < 2 ? parts : parts.stream().sorted(LATEST).toList();
    float[] closed = new float[width];
    for (int i = 0; i < width; i++) {
      closed[i] = aggregated(inOrder, i, aggregation);
    }
    return new ClosedStep(index, closed[0], Arrays.copyOfRange(closed, 1, closed.length));
  }

  /** NaN if the value was not observed. */
  private static float aggregated(List<Part> inOrder, int i, Aggregation aggregation) {
    float result = Float.NaN;
    int count = 0;
    for (Part part : inOrder) {
      float value = part.values()[i];
      if (!Float.isNaN(value)) {
        result = count == 0 ? value : combined(result, value, count, aggregation);
        count++;
      }
    }
    return result;
  }

  private static float combined(float before, float value, int count, Aggregation aggregation) {
    return switch (aggregation) {
      case LAST -> value;
      case MEAN -> before + (value - before) / (count + 1);
      case SUM -> before + value;
    };
  }
}
