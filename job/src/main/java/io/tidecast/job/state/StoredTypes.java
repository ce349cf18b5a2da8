package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Every type that crosses an operator or lies in state, with its layout: the fields in the order
 * they are written. Strings are modified UTF-8 with a length; arrays as in {@link StoredArrays}.
 */
public final class StoredTypes {
  public static final TypeInformation<SeriesObservation> SERIES_OBSERVATION =
      new StoredType<>(new SeriesObservationLayout());
  public static final TypeInformation<OpenStep> OPEN_STEP = new StoredType<>(new OpenStepLayout());
  public static final TypeInformation<SeriesStep> SERIES_STEP =
      new StoredType<>(new SeriesStepLayout());
  public static final TypeInformation<OpenWindow> OPEN_WINDOW =
      new StoredType<>(new OpenWindowLayout());
  public static final TypeInformation<SeriesWindow> SERIES_WINDOW =
      new StoredType<>(new SeriesWindowLayout());
  public static final TypeInformation<GroupProgress> GROUP_PROGRESS =
      new StoredType<>(new GroupProgressLayout());
  public static final TypeInformation<Decision> DECISION = new StoredType<>(new DecisionLayout());
  public static final TypeInformation<SeriesMemory> SERIES_MEMORY =
      new StoredType<>(new SeriesMemoryLayout());
  public static final TypeInformation<GroupModels> GROUP_MODELS =
      new StoredType<>(new GroupModelsLayout());

  private static final List<Layout<?>> LAYOUTS =
      List.of(
          new SeriesObservationLayout(),
          new OpenStepLayout(),
          new SeriesStepLayout(),
          new OpenWindowLayout(),
          new SeriesWindowLayout(),
          new GroupProgressLayout(),
          new DecisionLayout(),
          new SeriesMemoryLayout(),
          new GroupModelsLayout());

  private StoredTypes() {}

  @SuppressWarnings("unchecked") // the name in a checkpoint stands for the type it was written with
  static <T> Layout<T> layoutNamed(String name) throws IOException {
    for (Layout<?> layout : LAYOUTS) {
      if (layout.name().equals(name)) {
        return (Layout<T>) layout;
      }
    }
    throw new IOException("state of an unknown type: " + name);
  }

  private record SeriesObservationLayout() implements Layout<SeriesObservation> {
    @Override
    public String name() {
      return "series-observation";
    }

    @Override
    public Class<SeriesObservation> type() {
      return SeriesObservation.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(SeriesObservation value, DataOutputView out) throws IOException {
      out.writeUTF(value.series());
      out.writeUTF(value.group());
      out.writeLong(value.time());
      out.writeFloat(value.value());
      StoredArrays.writeFloats(value.covariates(), out);
      out.writeInt(value.partition());
      out.writeLong(value.offset());
    }

    @Override
    public SeriesObservation read(int version, DataInputView in) throws IOException {
      return new SeriesObservation(
          in.readUTF(),
          in.readUTF(),
          in.readLong(),
          in.readFloat(),
          StoredArrays.readFloats(in),
          in.readInt(),
          in.readLong());
    }
  }

  private record OpenStepLayout() implements Layout<OpenStep> {
    @Override
    public String name() {
      return "open-step";
    }

    @Override
    public Class<OpenStep> type() {
      return OpenStep.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(OpenStep value, DataOutputView out) throws IOException {
      out.writeUTF(value.group());
      StoredArrays.writeFloats(value.values(), out);
      StoredArrays.writeInts(value.counts(), out);
      StoredArrays.writeLongs(value.times(), out);
    }

    @Override
    public OpenStep read(int version, DataInputView in) throws IOException {
      return new OpenStep(
          in.readUTF(),
          StoredArrays.readFloats(in),
          StoredArrays.readInts(in),
          StoredArrays.readLongs(in));
    }
  }

  private record SeriesStepLayout() implements Layout<SeriesStep> {
    @Override
    public String name() {
      return "series-step";
    }

    @Override
    public Class<SeriesStep> type() {
      return SeriesStep.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(SeriesStep value, DataOutputView out) throws IOException {
      out.writeUTF(value.series());
      out.writeUTF(value.group());
      out.writeLong(value.step().index());
      out.writeFloat(value.step().value());
      StoredArrays.writeFloats(value.step().covariates(), out);
    }

    @Override
    public SeriesStep read(int version, DataInputView in) throws IOException {
      return new SeriesStep(
          in.readUTF(),
          in.readUTF(),
          new ClosedStep(in.readLong(), in.readFloat(), StoredArrays.readFloats(in)));
    }
  }

  private record OpenWindowLayout() implements Layout<OpenWindow> {
    @Override
    public String name() {
      return "open-window";
    }

    @Override
    public Class<OpenWindow> type() {
      return OpenWindow.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(OpenWindow value, DataOutputView out) throws IOException {
      out.writeLong(value.end());
      StoredArrays.writeFloats(value.values(), out);
    }

    @Override
    public OpenWindow read(int version, DataInputView in) throws IOException {
      return new OpenWindow(in.readLong(), StoredArrays.readFloats(in));
    }
  }

  private record SeriesWindowLayout() implements Layout<SeriesWindow> {
    @Override
    public String name() {
      return "series-window";
    }

    @Override
    public Class<SeriesWindow> type() {
      return SeriesWindow.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(SeriesWindow value, DataOutputView out) throws IOException {
      out.writeUTF(value.group());
      out.writeUTF(value.series());
      out.writeLong(value.end());
      out.writeLong(value.knownAt());
      out.writeInt(value.width());
      StoredArrays.writeFloats(value.values(), out);
    }

    @Override
    public SeriesWindow read(int version, DataInputView in) throws IOException {
      return new SeriesWindow(
          in.readUTF(),
          in.readUTF(),
          in.readLong(),
          in.readLong(),
          in.readInt(),
          StoredArrays.readFloats(in));
    }
  }

  private record GroupProgressLayout() implements Layout<GroupProgress> {
    @Override
    public String name() {
      return "group-progress";
    }

    @Override
    public Class<GroupProgress> type() {
      return GroupProgress.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(GroupProgress value, DataOutputView out) throws IOException {
      out.writeLong(value.lastTraining());
      out.writeInt(value.trainings());
      out.writeUTF(value.version());
      StoredArrays.writeBytes(value.champion(), out);
    }

    @Override
    public GroupProgress read(int version, DataInputView in) throws IOException {
      return new GroupProgress(
          in.readLong(), in.readInt(), in.readUTF(), StoredArrays.readBytes(in));
    }
  }

  private record DecisionLayout() implements Layout<Decision> {
    @Override
    public String name() {
      return "decision";
    }

    @Override
    public Class<Decision> type() {
      return Decision.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(Decision value, DataOutputView out) throws IOException {
      out.writeUTF(value.group());
      out.writeLong(value.boundary());
      out.writeLong(value.validFrom());
      out.writeLong(value.coveredBefore());
      out.writeByte(value.kind().code());
      out.writeUTF(value.version());
      out.writeUTF(value.parent());
      out.writeUTF(value.reason());
      out.writeInt(value.windows());
      out.writeInt(value.series());
      out.writeDouble(value.pinball());
      out.writeDouble(value.championPinball());
      out.writeDouble(value.naivePinball());
      StoredArrays.writeBytes(value.artifact(), out);
    }

    @Override
    public Decision read(int version, DataInputView in) throws IOException {
      return new Decision(
          in.readUTF(),
          in.readLong(),
          in.readLong(),
          in.readLong(),
          Decision.Kind.ofCode(in.readByte()),
          in.readUTF(),
          in.readUTF(),
          in.readUTF(),
          in.readInt(),
          in.readInt(),
          in.readDouble(),
          in.readDouble(),
          in.readDouble(),
          StoredArrays.readBytes(in));
    }
  }

  /** The bytes have a format number of their own: the model's. */
  private record SeriesMemoryLayout() implements Layout<SeriesMemory> {
    @Override
    public String name() {
      return "series-memory";
    }

    @Override
    public Class<SeriesMemory> type() {
      return SeriesMemory.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(SeriesMemory value, DataOutputView out) throws IOException {
      out.writeLong(value.lastIndex());
      StoredArrays.writeBytes(value.toBytes(), out);
    }

    @Override
    public SeriesMemory read(int version, DataInputView in) throws IOException {
      return SeriesMemory.ofStored(in.readLong(), StoredArrays.readBytes(in));
    }

    @Override
    public SeriesMemory copy(SeriesMemory value) {
      return value.copy();
    }
  }

  private record GroupModelsLayout() implements Layout<GroupModels> {
    @Override
    public String name() {
      return "group-models";
    }

    @Override
    public Class<GroupModels> type() {
      return GroupModels.class;
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public void write(GroupModels value, DataOutputView out) throws IOException {
      out.writeLong(value.coveredBefore());
      out.writeInt(value.models().size());
      for (GroupModels.Held held : value.models()) {
        out.writeLong(held.validFrom());
        out.writeUTF(held.version());
        StoredArrays.writeBytes(held.artifact(), out);
      }
    }

    @Override
    public GroupModels read(int version, DataInputView in) throws IOException {
      long coveredBefore = in.readLong();
      int size = in.readInt();
      List<GroupModels.Held> models = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        models.add(new GroupModels.Held(in.readLong(), in.readUTF(), StoredArrays.readBytes(in)));
      }
      return new GroupModels(coveredBefore, models);
    }
  }
}
