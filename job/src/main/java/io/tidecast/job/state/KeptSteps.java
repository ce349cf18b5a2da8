package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Closed steps of one series with what was observed in each, as it came: so that one that comes
 * late can be told from one that was there, and weighed against it.
 *
 * <p>Packed, for there are many and few are read again: per step its index and the number of parts;
 * per part its time, append time, partition, offset and values. Numbers are written as differences
 * from the first step and from the grid, seven bits to a byte, and what is as in the first step is
 * not: about 8 bytes for a step of one part, and 4 per value; 8 for a target of more than seven
 * digits.
 *
 * @param count number of steps
 * @param last index of the last of them; {@code Long.MIN_VALUE} if there is none
 * @param packed them, ascending
 */
public record KeptSteps(int count, long last, byte[] packed) {
  public static final KeptSteps NONE = new KeptSteps(0, Long.MIN_VALUE, new byte[0]);

  /** Parts of a step beyond which it is kept as what it came to: late ones find no place in it. */
  static final int MOST_PARTS = 64;

  private static final int SEALED = -1;

  /** Of a step that is not like the first; else the form of its target. */
  private static final int UNLIKE = 3;

  /** With one more step, after all others. */
  public KeptSteps with(long index, OpenStep step, Grid grid) {
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
      return new KeptSteps(count + 1, index, out.getCopyOfBuffer());
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
  static KeptSteps ofFirstLayout(int count, long last, byte[] packed) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(packed.length + 8);
    if (count > 0) {
      Origin.NONE.write(out);
    }
    out.write(packed);
    return new KeptSteps(count, last, out.getCopyOfBuffer());
  }

  public static KeptSteps of(SortedMap<Long, OpenStep> steps, Grid grid) {
    KeptSteps kept = NONE;
    for (Map.Entry<Long, OpenStep> step : steps.entrySet()) {
      kept = kept.with(step.getKey(), step.getValue(), grid);
    }
    return kept;
  }

  /** A step with fewer parts, or of one that is what it came to. */
  public static OpenStep fitting(OpenStep step, long index, OpenStep.Aggregation aggregation) {
    if (step.parts().size() <= MOST_PARTS) {
      return step;
    }
    ClosedStep closed = step.close(index, aggregation);
    OpenStep.Part all =
        new OpenStep.Part(0, 0, SEALED, 0, OpenStep.values(closed.value(), closed.covariates()));
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
    for (OpenStep.Part part : step.parts()) {
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
        int form = !origin.hasDoubles() ? StoredArrays.FLOAT : isLike ? like : StoredArrays.DOUBLE;
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
    List<OpenStep.Part> parts = new ArrayList<>();
    for (long left = isLike ? 1 : readLong(in); left > 0; left--) {
      long time = index * origin.unit() + readLong(in);
      long appended = time + readLong(in);
      int partition = isLike ? origin.partition() : (int) readLong(in);
      long offset = origin.offset() + readLong(in);
      double[] values = new double[width];
      for (int i = 0; i < width; i++) {
        values[i] = StoredArrays.readValue(i == 0 ? form : StoredArrays.FLOAT, in);
      }
      parts.add(new OpenStep.Part(time, appended, partition, offset, values));
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
