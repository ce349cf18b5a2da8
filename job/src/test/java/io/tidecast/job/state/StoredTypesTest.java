package io.tidecast.job.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.Anchors;
import io.tidecast.model.online.DriftTest;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

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
  private static final byte[] BYTES = {1, -1, 0};

  static Stream<Sample<?>> samples() {
    return Stream.of(
        new Sample<>(
            StoredTypes.SERIES_OBSERVATION,
            new SeriesObservation("é/a", "g", -5, 2.5f, FLOATS, true, true, 4, 6, 3, 1L << 40),
            "0004c3a92f61000167fffffffffffffffb40200000"
                + "000000040000c03f0000c07f0000008001000000"
                + "01"
                + "01"
                + "0000000000000004"
                + "0000000000000006000000030000010000000000"),
        new Sample<>(
            StoredTypes.STEP_PROGRESS,
            new SeriesStep.Progress(-3, 2, 77, 1, new OpenStep.Kept(1, 8, new byte[] {1, 2})),
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
                List.of(new OpenStep.Part(Long.MAX_VALUE, 5, 3, 1L << 40, FLOATS)),
                2,
                1,
                6),
            "000167000000040000000200000001"
                + "0000000000000006"
                + "000000017fffffffffffffff"
                + "0000000000000005000000030000010000000000"
                + "000000040000c03f0000c07f0000008001000000"),
        new Sample<>(
            StoredTypes.SERIES_STEP,
            new SeriesStep("s", "g", new ClosedStep(-7, Float.NaN, new float[] {3})),
            "000173000167fffffffffffffff97fc000000000000100004040"
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
                + "00000000000000033fc0000000000000"
                + "0000000000000004"
                + "00000001"
                + "0000000000000002"
                + "00000001"
                + "00000000000000023fc0000000000000"),
        new Sample<>(
            StoredTypes.KEPT_STEPS,
            new OpenStep.Kept(1, 8, new byte[] {1, 2}),
            "00000001" + "0000000000000008" + "000000020102"),
        new Sample<>(
            StoredTypes.ANCHORS,
            new Anchors(List.of(new Anchors.Anchor(-1, 7, BYTES))),
            "01" + "ffffffffffffffff" + "0000000000000007" + "0000000301ff00"),
        new Sample<>(
            StoredTypes.OPEN_WINDOW,
            new SeriesWindow.Open(7, 9, new float[0]),
            "00000007000000000000000900000000"),
        new Sample<>(
            StoredTypes.SERIES_WINDOW,
            new SeriesWindow("g", "s", 9, 90, 7, 2, new float[] {1, 2}, true),
            "0001670001730000000000000009000000000000005a"
                + "0000000700000002000000020000803f00000040"
                + "01"),
        new Sample<>(
            StoredTypes.GROUP_PROGRESS,
            new GroupProgress(
                Long.MIN_VALUE,
                4,
                "g-4",
                BYTES,
                new GroupProgress.Watch(5, 6, "g-3", BYTES),
                7,
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
                + "0000000000000009"),
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

  private static <T> byte[] written(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }

  private static <T> T read(TypeSerializer<T> serializer, byte[] bytes) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    T value = serializer.deserialize(in);
    assertEquals(0, in.available());
    return value;
  }

  /** Everything a value holds, arrays by content and floats by their bits. */
  private static String content(Object value) throws Exception {
    if (value instanceof float[] floats) {
      List<Integer> bits = new ArrayList<>();
      for (float number : floats) {
        bits.add(Float.floatToRawIntBits(number));
      }
      return bits.toString();
    } else if (value instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    } else if (value instanceof int[] ints) {
      return Arrays.toString(ints);
    } else if (value instanceof long[] longs) {
      return Arrays.toString(longs);
    } else if (value instanceof DriftTest drift) {
      return content(drift.own())
          + content(drift.relative())
          + drift.ownEvidence()
          + drift.relativeEvidence()
          + drift.end();
    } else if (value instanceof SeriesMemory memory) {
      return memory.lastIndex()
          + " "
          + Arrays.toString(memory.toBytes())
          + memory.version()
          + memory.swappedAt()
          + memory.isApart();
    } else if (value instanceof List<?> list) {
      List<String> parts = new ArrayList<>();
      for (Object part : list) {
        parts.add(content(part));
      }
      return parts.toString();
    } else if (value instanceof Record) {
      StringBuilder parts = new StringBuilder(value.getClass().getSimpleName());
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        component.getAccessor().setAccessible(true);
        parts.append(' ').append(content(component.getAccessor().invoke(value)));
      }
      return parts.toString();
    }
    return String.valueOf(value);
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

  private static <T> StoredSerializer.Snapshot<T> snapshotOf(String name, int layout)
      throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    out.writeUTF(name);
    out.writeInt(layout);
    StoredSerializer.Snapshot<T> snapshot = new StoredSerializer.Snapshot<>();
    snapshot.readSnapshot(
        1,
        new DataInputDeserializer(out.getCopyOfBuffer()),
        StoredTypesTest.class.getClassLoader());
    return snapshot;
  }

  @Test
  void newerLayoutThanThisCodeKnowsIsRefusedWithBothNumbers() {
    IOException refusal = assertThrows(IOException.class, () -> snapshotOf("open-window", 3));

    assertEquals(
        "Expected layout 2 or older of open-window but the state was written in layout 3",
        refusal.getMessage());
  }

  @Test
  void windowOfTheFirstLayoutIsOfNoKnownShape() throws Exception {
    byte[] stored = HexFormat.of().parseHex("0000000000000009000000010000803f");

    assertEquals(
        content(new SeriesWindow.Open(0, 9, new float[] {1})),
        content(read(snapshotOf("open-window", 1).restoreSerializer(), stored)));
  }

  @Test
  void decisionOfTheFirstLayoutSaysNothingOfWhatItWasMadeFrom() throws Exception {
    byte[] stored =
        HexFormat.of()
            .parseHex(
                "01000167000000000000000100000000000000020000000000000003"
                    + "01000176000170000172"
                    + "0000000400000005"
                    + "3fe00000000000007ff80000000000004000000000000000"
                    + "00000000");

    assertEquals(
        content(
            new Decision(
                "g",
                1,
                2,
                3,
                new Outcome.Kept("r", new Outcome.Losses(0.5, Double.NaN, 2)),
                "v",
                "p",
                new Decision.Basis(4, 5, 0, 0, 0, 0, 0))),
        content(read(snapshotOf("group-notice", 1).restoreSerializer(), stored)));
  }

  @Test
  void openStepOfTheFirstLayoutIsOneObservationPerValue() throws Exception {
    byte[] stored =
        HexFormat.of()
            .parseHex(
                "000167000000020000c03f00000000"
                    + "000000020300000000000000"
                    + "0000000205000000000000000000000000000000");
    float[] target = {1.5f, Float.NaN};

    assertEquals(
        content(
            new OpenStep(
                "g",
                2,
                List.of(new OpenStep.Part(5, Long.MIN_VALUE, 0, 0, target)),
                3,
                0,
                Long.MIN_VALUE)),
        content(read(snapshotOf("open-step", 1).restoreSerializer(), stored)));
  }

  @Test
  void stepsOfTheLayoutsBeforeHaveNoPastThatCouldChange() throws Exception {
    byte[] step = HexFormat.of().parseHex("000173000167fffffffffffffff97fc000000000000100004040");
    byte[] progress = HexFormat.of().parseHex("fffffffffffffffd" + "00000002" + "000000000000004d");

    assertEquals(
        content(new SeriesStep("s", "g", new ClosedStep(-7, Float.NaN, new float[] {3}))),
        content(read(snapshotOf("series-step", 1).restoreSerializer(), step)));
    assertEquals(
        content(new SeriesStep.Progress(-3, 2, 77, 0, OpenStep.Kept.NONE)),
        content(read(snapshotOf("step-progress", 1).restoreSerializer(), progress)));
  }

  @Test
  void observationOfTheFirstLayoutWasAppendedBeforeAllOthers() throws Exception {
    byte[] stored =
        HexFormat.of()
            .parseHex("000161000167000000000000000540200000000000000000000300000000000000ff");

    assertEquals(
        content(
            new SeriesObservation(
                "a",
                "g",
                5,
                2.5f,
                new float[0],
                false,
                false,
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                3,
                255)),
        content(read(snapshotOf("series-observation", 1).restoreSerializer(), stored)));
  }

  @Test
  void memoryOfTheFirstLayoutsIsWhole() throws Exception {
    byte[] first = HexFormat.of().parseHex("000000000000000c" + "0000000301ff00");
    byte[] second =
        HexFormat.of()
            .parseHex("000000000000000c" + "0000000301ff00" + "000176" + "0000000000000007");

    assertEquals(
        content(SeriesMemory.ofStored(12, BYTES)),
        content(read(snapshotOf("series-memory", 1).restoreSerializer(), first)));
    assertEquals(
        content(SeriesMemory.ofStored(12, BYTES, "v", 7, false)),
        content(read(snapshotOf("series-memory", 2).restoreSerializer(), second)));
  }

  @Test
  void keptStepsOfTheFirstLayoutGoOn() throws Exception {
    byte[] stored =
        HexFormat.of()
            .parseHex("00000001" + "0000000000000005" + "0000000b" + "0a02020e020006" + "3fc00000");
    Grid grid = new Grid.Fixed(10);
    OpenStep first = keptStep(7, 1.5f);

    StoredSerializer.Snapshot<OpenStep.Kept> snapshot = snapshotOf("kept-steps", 1);
    OpenStep.Kept read = read(snapshot.restoreSerializer(), stored);
    OpenStep.Kept more = read.with(6, keptStep(60, 2.5f), grid);

    assertEquals(content(List.of(first)), content(List.copyOf(read.steps().values())));
    assertEquals(
        content(List.of(first, keptStep(60, 2.5f))), content(List.copyOf(more.steps().values())));
    assertEquals(List.of(5L, 6L), List.copyOf(more.steps().keySet()));
  }

  private static OpenStep keptStep(long time, float value) {
    OpenStep.Part part = new OpenStep.Part(time, time + 1, 0, 3, new float[] {value});
    return new OpenStep("", 1, List.of(part), 0, 0, Long.MIN_VALUE);
  }

  @Test
  void anchorsOfTheFirstLayoutAreEachWhole() throws Exception {
    byte[] stored =
        HexFormat.of()
            .parseHex(
                "02"
                    + ("ffffffffffffffff" + "0000000000000007" + "0000000301ff00")
                    + ("0000000000000000" + "0000000000000009" + "000000020102"));
    Anchors.Anchor first = new Anchors.Anchor(-1, 7, BYTES);

    Anchors expected = Anchors.ofWhole(List.of(first, new Anchors.Anchor(0, 9, new byte[] {1, 2})));

    assertEquals(
        content(expected), content(read(snapshotOf("anchors", 1).restoreSerializer(), stored)));
    assertEquals(content(first), content(expected.kept().get(0)));
  }

  @Test
  void stateOfAnUnknownTypeIsRefusedByItsName() {
    IOException refusal = assertThrows(IOException.class, () -> snapshotOf("open-door", 1));

    assertEquals("state of an unknown type: open-door", refusal.getMessage());
  }

  @Test
  void stateOfAnotherTypeIsIncompatible() throws Exception {
    TypeSerializerSchemaCompatibility<Object> found =
        snapshotOf("open-window", 1).resolveSchemaCompatibility(snapshotOf("open-step", 1));

    assertTrue(found.isIncompatible());
  }

  /** A type whose second layout has learnt a unit; the first is read with a default. */
  private record Length(long value, String unit) {}

  private static Layout<Length> lengthLayout(int newest) {
    return new Layout<>(
        "length",
        newest,
        Length.class,
        (value, out) -> {
          out.writeLong(value.value());
          if (newest >= 2) {
            out.writeUTF(value.unit());
          }
        },
        (version, in) -> new Length(in.readLong(), version == 1 ? "m" : in.readUTF()));
  }

  @Test
  void olderLayoutIsReadAsSuchAndWrittenAsTheNewOne() throws Exception {
    TypeSerializer<Length> before = new StoredSerializer<>(lengthLayout(1), 1);
    TypeSerializer<Length> now = new StoredSerializer<>(lengthLayout(2), 2);
    byte[] old = written(before, new Length(5, "ignored"));

    TypeSerializerSchemaCompatibility<Length> found =
        now.snapshotConfiguration().resolveSchemaCompatibility(before.snapshotConfiguration());
    assertTrue(found.isCompatibleAfterMigration());

    // what a state backend does with every value
    TypeSerializer<Length> reader = new StoredSerializer<>(lengthLayout(2), 1);
    byte[] migrated = written(now, read(reader, old));
    assertEquals(new Length(5, "m"), read(now, migrated));
  }

  @ParameterizedTest
  @EnumSource(Outcome.Kind.class)
  void codesOfDecisionsAreStable(Outcome.Kind kind) {
    int code =
        switch (kind) {
          case NOT_TRIGGERED -> 0;
          case KEPT -> 1;
          case PROMOTED -> 2;
          case FAILED -> 3;
          case ROLLED_BACK -> 4;
        };

    assertEquals(code, kind.code());
    assertEquals(kind, Outcome.Kind.ofCode(code));
  }

  @Test
  void unknownCodeOfADecisionIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Outcome.Kind.ofCode(5));
  }
}
