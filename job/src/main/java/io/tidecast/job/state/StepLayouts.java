package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layouts of observations, of steps open, kept and on their way, and of windows. */
final class StepLayouts {
  /** That of no list of covariates: what was stored without one is not trained on. */
  private static final int UNKNOWN_SHAPE = 0;

  private StepLayouts() {}

  static void writeSeriesObservation(SeriesObservation value, DataOutputView out)
      throws IOException {
    out.writeUTF(value.series());
    out.writeUTF(value.group());
    out.writeLong(value.time());
    out.writeDouble(value.value());
    StoredArrays.writeFloats(value.covariates(), out);
    out.writeBoolean(value.endsStep());
    out.writeBoolean(value.isKeyed());
    out.writeLong(value.passed());
    out.writeLong(value.appended());
    out.writeInt(value.partition());
    out.writeLong(value.offset());
    writeFrom(value.from(), out);
  }

  private static void writeFrom(SeriesObservation.From value, DataOutputView out)
      throws IOException {
    out.writeUTF(value.topic());
    writeBytes(value.key(), out);
    writeBytes(value.value(), out);
  }

  private static void writeBytes(byte[] bytes, DataOutputView out) throws IOException {
    out.writeBoolean(bytes != null);
    if (bytes != null) {
      StoredArrays.writeBytes(bytes, out);
    }
  }

  private static SeriesObservation.From readFrom(DataInputView in) throws IOException {
    String topic = in.readUTF();
    byte[] key = in.readBoolean() ? StoredArrays.readBytes(in) : null;
    byte[] value = in.readBoolean() ? StoredArrays.readBytes(in) : null;
    return key == null && value == null
        ? SeriesObservation.From.topic(topic)
        : new SeriesObservation.From(topic, key, value);
  }

  static SeriesObservation readSeriesObservation(int version, DataInputView in) throws IOException {
    return new SeriesObservation(
        in.readUTF(),
        in.readUTF(),
        in.readLong(),
        version >= 6 ? in.readDouble() : in.readFloat(),
        StoredArrays.readFloats(in),
        version >= 3 && in.readBoolean(),
        version >= 4 && in.readBoolean(),
        version >= 4 ? in.readLong() : Long.MIN_VALUE,
        version == 1 ? Long.MIN_VALUE : in.readLong(),
        in.readInt(),
        in.readLong(),
        version >= 5 ? readFrom(in) : SeriesObservation.From.PLACE);
  }

  static void writeStepProgress(SeriesStep.Progress value, DataOutputView out) throws IOException {
    out.writeLong(value.closedUpTo());
    out.writeInt(value.open());
    out.writeLong(value.expiry());
    out.writeInt(value.late());
    writeKeptSteps(value.newest(), out);
  }

  static SeriesStep.Progress readStepProgress(int version, DataInputView in) throws IOException {
    return new SeriesStep.Progress(
        in.readLong(),
        in.readInt(),
        in.readLong(),
        version < 2 ? 0 : in.readInt(),
        version < 2 ? KeptSteps.NONE : readKeptSteps(version - 1, in));
  }

  static void writeKeptSteps(KeptSteps value, DataOutputView out) throws IOException {
    out.writeInt(value.count());
    out.writeLong(value.last());
    StoredArrays.writeBytes(value.packed(), out);
  }

  static KeptSteps readKeptSteps(int version, DataInputView in) throws IOException {
    int count = in.readInt();
    long last = in.readLong();
    byte[] packed = StoredArrays.readBytes(in);
    return version == 1
        ? KeptSteps.ofFirstLayout(count, last, packed)
        : new KeptSteps(count, last, packed);
  }

  static void writeOpenStep(OpenStep value, DataOutputView out) throws IOException {
    out.writeUTF(value.group());
    out.writeInt(value.width());
    out.writeInt(value.seen());
    out.writeInt(value.replaced());
    out.writeLong(value.closesAt());
    out.writeInt(value.parts().size());
    for (OpenStep.Part part : value.parts()) {
      out.writeLong(part.time());
      out.writeLong(part.appended());
      out.writeInt(part.partition());
      out.writeLong(part.offset());
      StoredArrays.writeDoubles(part.values(), out);
    }
  }

  static OpenStep readOpenStep(int version, DataInputView in) throws IOException {
    if (version == 1) {
      return readAggregatedStep(in);
    }
    String group = in.readUTF();
    int width = in.readInt();
    int seen = in.readInt();
    int replaced = in.readInt();
    long closesAt = version < 3 ? Long.MIN_VALUE : in.readLong();
    List<OpenStep.Part> parts = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      parts.add(
          new OpenStep.Part(
              in.readLong(),
              in.readLong(),
              in.readInt(),
              in.readLong(),
              version < 4 ? StoredArrays.readFloatsWide(in) : StoredArrays.readDoubles(in)));
    }
    return new OpenStep(group, width, parts, seen, replaced, closesAt);
  }

  /** It held no single observations: what they had come to is one, from before all others. */
  private static OpenStep readAggregatedStep(DataInputView in) throws IOException {
    String group = in.readUTF();
    float[] values = StoredArrays.readFloats(in);
    int[] counts = StoredArrays.readInts(in);
    long[] times = StoredArrays.readLongs(in);
    List<OpenStep.Part> parts = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (counts[i] > 0) {
        double[] one = new double[values.length];
        Arrays.fill(one, Double.NaN);
        one[i] = values[i];
        parts.add(new OpenStep.Part(times[i], Long.MIN_VALUE, 0, 0, one));
      }
    }
    return new OpenStep(group, values.length, parts, counts[0], 0, Long.MIN_VALUE);
  }

  static void writeSeriesStep(SeriesStep value, DataOutputView out) throws IOException {
    out.writeUTF(value.series());
    out.writeUTF(value.group());
    writeClosedStep(value.step(), out);
    out.writeLong(value.knownAt());
    out.writeInt(value.past().amended().size());
    for (long index : value.past().amended()) {
      out.writeLong(index);
    }
    if (!value.past().isEmpty()) {
      out.writeInt(value.past().steps().size());
      for (ClosedStep step : value.past().steps()) {
        writeClosedStep(step, out);
      }
    }
  }

  static SeriesStep readSeriesStep(int version, DataInputView in) throws IOException {
    String series = in.readUTF();
    String group = in.readUTF();
    ClosedStep step = readClosedStep(version, in);
    return version < 2
        ? new SeriesStep(series, group, step)
        : new SeriesStep(series, group, step, in.readLong(), readAmendment(version, in));
  }

  private static SeriesStep.Amendment readAmendment(int version, DataInputView in)
      throws IOException {
    List<Long> amended = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      amended.add(in.readLong());
    }
    List<ClosedStep> steps = new ArrayList<>();
    for (int left = amended.isEmpty() ? 0 : in.readInt(); left > 0; left--) {
      steps.add(readClosedStep(version, in));
    }
    return amended.isEmpty() ? SeriesStep.Amendment.NONE : new SeriesStep.Amendment(amended, steps);
  }

  private static void writeClosedStep(ClosedStep step, DataOutputView out) throws IOException {
    out.writeLong(step.index());
    out.writeDouble(step.value());
    StoredArrays.writeFloats(step.covariates(), out);
  }

  private static ClosedStep readClosedStep(int version, DataInputView in) throws IOException {
    return new ClosedStep(
        in.readLong(), version < 3 ? in.readFloat() : in.readDouble(), StoredArrays.readFloats(in));
  }

  static void writeOpenWindow(SeriesWindow.Open value, DataOutputView out) throws IOException {
    out.writeInt(value.shape());
    out.writeLong(value.end());
    StoredArrays.writeDoubles(value.values(), out);
  }

  static SeriesWindow.Open readOpenWindow(int version, DataInputView in) throws IOException {
    int shape = version < 2 ? UNKNOWN_SHAPE : in.readInt();
    long end = in.readLong();
    return new SeriesWindow.Open(
        shape, end, version < 3 ? StoredArrays.readFloatsWide(in) : StoredArrays.readDoubles(in));
  }

  static void writeSeriesWindow(SeriesWindow value, DataOutputView out) throws IOException {
    out.writeUTF(value.group());
    out.writeUTF(value.series());
    out.writeLong(value.end());
    out.writeLong(value.knownAt());
    out.writeInt(value.shape());
    out.writeInt(value.width());
    StoredArrays.writeFloats(value.values(), out);
    out.writeBoolean(value.amends());
    out.writeDouble(value.base());
  }

  static SeriesWindow readSeriesWindow(int version, DataInputView in) throws IOException {
    return new SeriesWindow(
        in.readUTF(),
        in.readUTF(),
        in.readLong(),
        in.readLong(),
        version < 2 ? UNKNOWN_SHAPE : in.readInt(),
        in.readInt(),
        StoredArrays.readFloats(in),
        version >= 3 && in.readBoolean(),
        version >= 4 ? in.readDouble() : 0);
  }
}
