package io.tidecast.job.state;

import static io.tidecast.job.state.StoredContent.content;
import static io.tidecast.job.state.StoredContent.read;
import static io.tidecast.job.state.StoredContent.written;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.Anchors;
import io.tidecast.model.online.DriftTest;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each stored type as it is written now. */
class StoredTypesTest {
  /** A type with a value that has something in every field. */
  private record Sample<T>(TypeInformation<T> type, T value, String stored) {
    TypeSerializer<T> serializer() {
      return type.createSerializer(new SerializerConfigImpl());
    }

    @Override
    public String toString() {
      return type.toString();
    }
  }

  private static final float[] FLOATS = {1.5f, Float.NaN, -0f, Float.MIN_VALUE};
  private static final double[] DOUBLES = {1.5, Double.NaN, -0.0, Double.MIN_VALUE};
  private static final byte[] BYTES = {1, -1, 0};

  static Stream<Sample<?>> samples() {
    return Stream.of(
        new Sample<>(
            StoredTypes.SERIES_OBSERVATION,
            new SeriesObservation(
                "é/a",
                "g",
                -5,
                2.5f,
                FLOATS,
                true,
                true,
                4,
                6,
                3,
                1L << 40,
                new SeriesObservation.From("t", null, new byte[] {1, 2})),
            "0004c3a92f61000167fffffffffffffffb4004000000000000"
                + "000000040000c03f0000c07f0000008001000000"
                + "01"
                + "01"
                + "0000000000000004"
                + "0000000000000006000000030000010000000000"
                + "000174"
                + "00"
                + "01000000020102"),
        new Sample<>(
            StoredTypes.STEP_PROGRESS,
            new SeriesStep.Progress(-3, 2, 77, 1, new KeptSteps(1, 8, new byte[] {1, 2})),
            "fffffffffffffffd"
                + "00000002"
                + "000000000000004d"
                + "00000001"
                + "00000001"
                + "0000000000000008"
                + "000000020102"),
        new Sample<>(
            StoredTypes.GROUP_NOTICE,
            new GroupNotice.Covered("g", 77),
            "00" + "000167" + "000000000000004d"),
        new Sample<>(
            StoredTypes.OPEN_STEP,
            new OpenStep(
                "g",
                4,
                List.of(new OpenStep.Part(Long.MAX_VALUE, 5, 3, 1L << 40, DOUBLES)),
                2,
                1,
                6),
            "000167000000040000000200000001"
                + "0000000000000006"
                + "000000017fffffffffffffff"
                + "0000000000000005000000030000010000000000"
                + "00000004000000000000f83f000000000000f87f00000000000000800100000000000000"),
        new Sample<>(
            StoredTypes.SERIES_STEP,
            new SeriesStep("s", "g", new ClosedStep(-7, Float.NaN, new float[] {3})),
            "000173000167fffffffffffffff97ff80000000000000000000100004040"
                + "fffffffffffffff9"
                + "00000000"),
        new Sample<>(
            StoredTypes.SERIES_STEP,
            new SeriesStep(
                "s",
                "g",
                new ClosedStep(3, 1.5f, new float[0]),
                4,
                new SeriesStep.Amendment(
                    List.of(2L), List.of(new ClosedStep(2, 1.5f, new float[0])))),
            "000173000167"
                + "00000000000000033ff800000000000000000000"
                + "0000000000000004"
                + "00000001"
                + "0000000000000002"
                + "00000001"
                + "00000000000000023ff800000000000000000000"),
        new Sample<>(
            StoredTypes.KEPT_STEPS,
            new KeptSteps(1, 8, new byte[] {1, 2}),
            "00000001" + "0000000000000008" + "000000020102"),
        new Sample<>(
            StoredTypes.ANCHORS,
            new Anchors(List.of(new Anchors.Anchor(-1, 7, BYTES))),
            "01" + "ffffffffffffffff" + "0000000000000007" + "0000000301ff00"),
        new Sample<>(
            StoredTypes.OPEN_WINDOW,
            new SeriesWindow.Open(7, 9, new double[0]),
            "00000007000000000000000900000000"),
        new Sample<>(
            StoredTypes.SERIES_WINDOW,
            new SeriesWindow("g", "s", 9, 90, 7, 2, new float[] {1, 2}, true, 1.5),
            "0001670001730000000000000009000000000000005a"
                + "0000000700000002000000020000803f00000040"
                + "01"
                + "3ff8000000000000"),
        new Sample<>(
            StoredTypes.GROUP_PROGRESS,
            new GroupProgress(
                Long.MIN_VALUE,
                4,
                "g-4",
                BYTES,
                new GroupProgress.Watch(5, 6, "g-3", BYTES),
                7,
                8,
                new DriftTest(FLOATS, new float[] {1}, 2, 4, 9)),
            "800000000000000000000004"
                + "0003672d34"
                + "0000000301ff00"
                + "0000000000000005"
                + "0000000000000006"
                + "0003672d33"
                + "0000000301ff00"
                + "0000000000000007"
                + "000000040000c03f0000c07f0000008001000000"
                + "000000010000803f"
                + "4000000000000000"
                + "4010000000000000"
                + "0000000000000009"
                + "0000000000000008"),
        new Sample<>(
            StoredTypes.GROUP_CONTROL,
            new GroupControl(
                3, ControlRecord.Action.PROMOTE, "g", 8, new ModelFile("g-4", BYTES), true),
            "0000000000000003"
                + "02"
                + "000167"
                + "0000000000000008"
                + "0003672d34"
                + "0000000301ff00"
                + "01"),
        new Sample<>(
            StoredTypes.GROUP_NOTICE,
            new Decision(
                "g",
                1,
                2,
                3,
                new Outcome.Promoted("v", BYTES, "r", new Outcome.Losses(0.5, Double.NaN, 2)),
                "v",
                "p",
                new Decision.Basis(4, 5, 6, 7, 8, 9, 10)),
            "01"
                + "000167"
                + "0000000000000001"
                + "0000000000000002"
                + "0000000000000003"
                + "02"
                + "000176"
                + "000170"
                + "000172"
                + "00000004"
                + "00000005"
                + "0000000000000006"
                + "0000000000000007"
                + "0000000000000008"
                + "0000000000000009"
                + "000000000000000a"
                + "3fe0000000000000"
                + "7ff8000000000000"
                + "4000000000000000"
                + "0000000301ff00"),
        new Sample<>(
            StoredTypes.SERIES_MEMORY,
            SeriesMemory.ofStored(12, BYTES, "v", 7, true),
            "000000000000000c" + "0000000301ff00" + "000176" + "0000000000000007" + "01"),
        new Sample<>(
            StoredTypes.GROUP_MODELS,
            new GroupModels(
                77,
                List.of(
                    new GroupModels.Held(5, "v1", BYTES),
                    new GroupModels.Held(6, "v2", new byte[0]))),
            "000000000000004d"
                + "00000002"
                + "0000000000000005"
                + "00027631"
                + "0000000301ff00"
                + "0000000000000006"
                + "00027632"
                + "00000000"));
  }

  @ParameterizedTest
  @MethodSource("samples")
  <T> void valueReadsBackAsItWasWritten(Sample<T> sample) throws Exception {
    T read = read(sample.serializer(), written(sample.serializer(), sample.value()));

    assertEquals(content(sample.value()), content(read));
  }

  /** These bytes lie in checkpoints: they stay readable, and so they stay the same. */
  @ParameterizedTest
  @MethodSource("samples")
  <T> void layoutIsAsItWasReleased(Sample<T> sample) throws Exception {
    byte[] stored = HexFormat.of().parseHex(sample.stored());

    assertEquals(
        sample.stored(), HexFormat.of().formatHex(written(sample.serializer(), sample.value())));
    assertEquals(content(sample.value()), content(read(sample.serializer(), stored)));
  }

  @ParameterizedTest
  @MethodSource("samples")
  <T> void bytesAreCopiedWithoutAnObject(Sample<T> sample) throws Exception {
    byte[] bytes = written(sample.serializer(), sample.value());
    DataOutputSerializer copy = new DataOutputSerializer(16);

    sample.serializer().copy(new DataInputDeserializer(bytes), copy);

    assertArrayEquals(bytes, copy.getCopyOfBuffer());
  }

  @ParameterizedTest
  @MethodSource("samples")
  <T> void copyHoldsTheSame(Sample<T> sample) throws Exception {
    assertEquals(content(sample.value()), content(sample.serializer().copy(sample.value())));
  }

  @ParameterizedTest
  @MethodSource("samples")
  <T> void serializerTravelsAndEqualsItself(Sample<T> sample) throws Exception {
    TypeSerializer<T> serializer = sample.serializer();

    assertEquals(serializer, InstantiationUtil.clone(serializer));
    assertEquals(serializer, serializer.duplicate());
    assertEquals(sample.type(), InstantiationUtil.clone(sample.type()));
    samples()
        .filter(other -> !other.type().equals(sample.type()))
        .forEach(other -> assertFalse(serializer.equals(other.serializer()), other.toString()));
  }

  @ParameterizedTest
  @MethodSource("samples")
  <T> void snapshotRestoresASerializerThatReadsTheSameBytes(Sample<T> sample) throws Exception {
    byte[] bytes = written(sample.serializer(), sample.value());
    TypeSerializerSnapshot<T> snapshot = snapshotThroughBytes(sample.serializer());

    assertEquals(sample.serializer(), snapshot.restoreSerializer());
    assertEquals(content(sample.value()), content(read(snapshot.restoreSerializer(), bytes)));
    assertTrue(
        sample
            .serializer()
            .snapshotConfiguration()
            .resolveSchemaCompatibility(snapshot)
            .isCompatibleAsIs());
  }

  private static <T> TypeSerializerSnapshot<T> snapshotThroughBytes(TypeSerializer<T> serializer)
      throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
    return TypeSerializerSnapshot.readVersionedSnapshot(
        new DataInputDeserializer(out.getCopyOfBuffer()), StoredTypesTest.class.getClassLoader());
  }
}
