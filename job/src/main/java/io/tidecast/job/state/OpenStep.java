package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

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

  private static double[] values(double target, float[] covariates) {
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

  /**
   * Closed steps of one series with what was observed in each, as it came: so that one that comes
   * late can be told from one that was there, and weighed against it.
   *
   * <p>Packed, for there are many and few are read again: per step its index and the number of
   * parts; per part its time, append time, partition, offset and values. Numbers are written as
   * differences from the first step and from the grid, seven bits to a byte, and what is as in the
   * first step is not: about 8 bytes for a step of one part, and 4 per value; 8 for a target of
   * more than seven digits.
   *
   * @param count number of steps
   * @param last index of the last of them; {@code Long.MIN_VALUE} if there is none
   * @param packed them, ascending
   */
  public record Kept(int count, long last, byte[] packed) {
    public static final Kept NONE = new Kept(0, Long.MIN_VALUE, new byte[0]);

    /**
     * Parts of a step beyond which it is kept as what it came to: late ones find no place in it.
     */
    static final int MOST_PARTS = 64;

    private static final int SEALED = -1;

    /** Of a step that is not like the first; else the form of its target. */
    private static final int UNLIKE = 3;

    /** With one more step, after all others. */
    public Kept with(long index, OpenStep step, Grid grid) {
      try {
        Origin origin = count == 0 ? Origin.of(index, step, grid) : Origin.read(input());
        if (!origin.hasDoubles()) {
          return of(steps(), grid).with(index, step, grid); // of an earlier layout
        }
        DataOutputSerializer out = new DataOutputSerializer(packed.length + 48);
        if (count == 0) {
          origin.write(out);
        }
        out.write(packed);
        append(index, step, origin, out);
        return new Kept(count + 1, index, out.getCopyOfBuffer());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private DataInput input() {
      return new DataInputDeserializer(packed);
    }

    /**
     * What numbers are differences from. In the first layout they were as they are; in the second
     * targets were floats.
     *
     * @param unit milliseconds of a step, about; 0 in the first layout, and so are the others
     * @param hasDoubles whether targets are doubles; then what is written is the negative unit
     * @param first index of the first step
     * @param width of it
     * @param partition of its first part
     * @param offset of that
     */
    private record Origin(
        long unit, boolean hasDoubles, long first, int width, int partition, long offset) {
      static final Origin NONE = new Origin(0, false, 0, 0, 0, 0);

      static Origin of(long index, OpenStep step, Grid grid) {
        int partition = step.parts().isEmpty() ? 0 : step.parts().get(0).partition();
        long offset = step.parts().isEmpty() ? 0 : step.parts().get(0).offset();
        return new Origin(grid.spacing().toMillis(), true, index, step.width(), partition, offset);
      }

      /** Whether a step is like the first, and has one part: as nearly all do. */
      boolean isLike(OpenStep step) {
        return step.width() == width
            && step.parts().size() == 1
            && step.parts().get(0).partition() == partition;
      }

      /** Of the first number of a step, which say how it is written. */
      int headBits() {
        return hasDoubles ? 2 : 1;
      }

      void write(DataOutput out) throws IOException {
        writeLong(hasDoubles ? -unit : unit, out);
        writeLong(first, out);
        writeLong(width, out);
        writeLong(partition, out);
        writeLong(offset, out);
      }

      static Origin read(DataInput in) throws IOException {
        long unit = readLong(in);
        return new Origin(
            Math.abs(unit),
            unit < 0,
            readLong(in),
            (int) readLong(in),
            (int) readLong(in),
            readLong(in));
      }
    }

    /** As they were packed once: numbers as they are. */
    static Kept ofFirstLayout(int count, long last, byte[] packed) throws IOException {
      DataOutputSerializer out = new DataOutputSerializer(packed.length + 8);
      if (count > 0) {
        Origin.NONE.write(out);
      }
      out.write(packed);
      return new Kept(count, last, out.getCopyOfBuffer());
    }

    public static Kept of(SortedMap<Long, OpenStep> steps, Grid grid) {
      Kept kept = NONE;
      for (Map.Entry<Long, OpenStep> step : steps.entrySet()) {
        kept = kept.with(step.getKey(), step.getValue(), grid);
      }
      return kept;
    }

    /** A step with fewer parts, or of one that is what it came to. */
    public static OpenStep fitting(OpenStep step, long index, Aggregation aggregation) {
      if (step.parts().size() <= MOST_PARTS) {
        return step;
      }
      ClosedStep closed = step.close(index, aggregation);
      Part all = new Part(0, 0, SEALED, 0, values(closed.value(), closed.covariates()));
      return new OpenStep(step.group(), step.width(), List.of(all), 0, 0, step.closesAt());
    }

    /** Whether it is kept as what it came to. */
    public static boolean isSealed(OpenStep step) {
      return step.parts().size() > MOST_PARTS
          || step.parts().size() == 1 && step.parts().get(0).partition() == SEALED;
    }

    private static void append(long index, OpenStep step, Origin origin, DataOutput out)
        throws IOException {
      boolean isLike = origin.isLike(step);
      int form = isLike ? StoredArrays.form(step.parts().get(0).values()[0]) : StoredArrays.DOUBLE;
      writeLong((index - origin.first()) << origin.headBits() | (isLike ? form : UNLIKE), out);
      if (!isLike) {
        writeLong(step.width(), out);
        writeLong(step.parts().size(), out);
      }
      for (Part part : step.parts()) {
        writeLong(part.time() - index * origin.unit(), out);
        writeLong(part.appended() - part.time(), out);
        if (!isLike) {
          writeLong(part.partition(), out);
        }
        writeLong(part.offset() - origin.offset(), out);
        for (int i = 0; i < part.values().length; i++) {
          StoredArrays.writeValue(i == 0 ? form : StoredArrays.FLOAT, part.values()[i], out);
        }
      }
    }

    /** By index. What they hold has been counted: {@code seen} and {@code replaced} are 0. */
    public TreeMap<Long, OpenStep> steps() {
      TreeMap<Long, OpenStep> steps = new TreeMap<>();
      DataInput in = input();
      try {
        Origin origin = count == 0 ? Origin.NONE : Origin.read(in);
        for (int i = 0; i < count; i++) {
          long head = readLong(in);
          int like = (int) head & (1 << origin.headBits()) - 1;
          boolean isLike = origin.hasDoubles() ? like != UNLIKE : origin.unit() > 0 && like == 0;
          int form =
              !origin.hasDoubles() ? StoredArrays.FLOAT : isLike ? like : StoredArrays.DOUBLE;
          long index = origin.unit() == 0 ? head : origin.first() + (head >> origin.headBits());
          steps.put(index, step(index, isLike, form, origin, in));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return steps;
    }

    private static OpenStep step(long index, boolean isLike, int form, Origin origin, DataInput in)
        throws IOException {
      int width = isLike ? origin.width() : (int) readLong(in);
      List<Part> parts = new ArrayList<>();
      for (long left = isLike ? 1 : readLong(in); left > 0; left--) {
        long time = index * origin.unit() + readLong(in);
        long appended = time + readLong(in);
        int partition = isLike ? origin.partition() : (int) readLong(in);
        long offset = origin.offset() + readLong(in);
        double[] values = new double[width];
        for (int i = 0; i < width; i++) {
          values[i] = StoredArrays.readValue(i == 0 ? form : StoredArrays.FLOAT, in);
        }
        parts.add(new Part(time, appended, partition, offset, values));
      }
      return new OpenStep("", width, parts, 0, 0, Long.MIN_VALUE);
    }

    /** Small numbers of either sign in few bytes. */
    private static void writeLong(long value, DataOutput out) throws IOException {
      long left = (value << 1) ^ (value >> 63);
      while ((left & ~0x7fL) != 0) {
        out.writeByte((int) (left & 0x7f | 0x80));
        left >>>= 7;
      }
      out.writeByte((int) left);
    }

    private static long readLong(DataInput in) throws IOException {
      long value = 0;
      int shift = 0;
      int next;
      do {
        next = in.readUnsignedByte();
        value |= (long) (next & 0x7f) << shift;
        shift += 7;
      } while ((next & 0x80) != 0);
      return (value >>> 1) ^ -(value & 1);
    }
  }
}
