package io.tidecast.job.state;

import static io.tidecast.job.state.StoredContent.content;
import static io.tidecast.job.state.StoredContent.read;
import static io.tidecast.job.state.StoredContent.written;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import io.tidecast.model.online.Anchors;
import io.tidecast.model.online.DriftTest;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

/** What earlier versions wrote into state is read, or refused by name. */
class OlderLayoutsTest {
  private static final byte[] BYTES = {1, -1, 0};

  private static <T> StoredSerializer.Snapshot<T> snapshotOf(String name, int layout)
      throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    out.writeUTF(name);
    out.writeInt(layout);
    StoredSerializer.Snapshot<T> snapshot = new StoredSerializer.Snapshot<>();
    snapshot.readSnapshot(
        1,
        new DataInputDeserializer(out.getCopyOfBuffer()),
        OlderLayoutsTest.class.getClassLoader());
    return snapshot;
  }

  @Test
  void newerLayoutThanThisCodeKnowsIsRefusedWithBothNumbers() {
    IOException refusal = assertThrows(IOException.class, () -> snapshotOf("open-window", 4));

    assertEquals(
        "Expected layout 3 or older of open-window but the state was written in layout 4",
        refusal.getMessage());
  }

  @Test
  void windowOfTheFirstLayoutIsOfNoKnownShape() throws Exception {
    byte[] stored = HexFormat.of().parseHex("0000000000000009000000010000803f");

    assertEquals(
        content(new SeriesWindow.Open(0, 9, new double[] {1})),
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
  void progressOfTheLayoutsBeforeRestedFromAllTrainingsAtOnce() throws Exception {
    String first = "0000000000000005000000040003672d340000000301ff00";
    String second =
        first
            + "000000000000000500000000000000060003672d330000000301ff00"
            + "0000000000000007"
            + "000000010000803f000000010000803f"
            + "40000000000000004010000000000000"
            + "0000000000000009";
    float[] losses = {1};

    assertEquals(
        content(
            new GroupProgress(
                5,
                4,
                "g-4",
                BYTES,
                GroupProgress.Watch.NONE,
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                DriftTest.NONE)),
        content(progressOf(1, first)));
    assertEquals(
        content(
            new GroupProgress(
                5,
                4,
                "g-4",
                BYTES,
                new GroupProgress.Watch(5, 6, "g-3", BYTES),
                7,
                7,
                new DriftTest(losses, losses, 2, 4, 9))),
        content(progressOf(2, second)));
  }

  private static Object progressOf(int layout, String stored) throws IOException {
    return read(
        snapshotOf("group-progress", layout).restoreSerializer(), HexFormat.of().parseHex(stored));
  }

  @Test
  void openStepOfTheFirstLayoutIsOneObservationPerValue() throws Exception {
    byte[] stored =
        HexFormat.of()
            .parseHex(
                "000167000000020000c03f00000000"
                    + "000000020300000000000000"
                    + "0000000205000000000000000000000000000000");
    double[] target = {1.5, Double.NaN};

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
        content(new SeriesStep.Progress(-3, 2, 77, 0, KeptSteps.NONE)),
        content(read(snapshotOf("step-progress", 1).restoreSerializer(), progress)));
  }

  @Test
  void observationOfTheLayoutBeforeTheLastHasItsPlaceAlone() throws Exception {
    byte[] stored =
        HexFormat.of()
            .parseHex(
                "0004c3a92f61000167fffffffffffffffb40200000000000000101"
                    + "0000000000000004000000000000000600000003"
                    + "0000010000000000");

    assertEquals(
        content(
            new SeriesObservation(
                "é/a", "g", -5, 2.5f, new float[0], true, true, 4, 6, 3, 1L << 40)),
        content(read(snapshotOf("series-observation", 4).restoreSerializer(), stored)));
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
    assertGoOn(1, "00000001" + "0000000000000005" + "0000000b" + "0a02020e020006" + "3fc00000");
  }

  @Test
  void keptStepsOfTheSecondLayoutGoOn() throws Exception {
    assertGoOn(
        2, "00000001" + "0000000000000005" + "0000000d" + "140a020006" + "00550200" + "3fc00000");
  }

  private static void assertGoOn(int layout, String hex) throws Exception {
    byte[] stored = HexFormat.of().parseHex(hex);
    Grid grid = new Grid.Fixed(10);
    OpenStep first = keptStep(7, 1.5f);

    StoredSerializer.Snapshot<KeptSteps> snapshot = snapshotOf("kept-steps", layout);
    KeptSteps read = read(snapshot.restoreSerializer(), stored);
    KeptSteps more = read.with(6, keptStep(60, 1_700_000_060.5), grid);

    assertEquals(content(List.of(first)), content(List.copyOf(read.steps().values())));
    assertEquals(
        content(List.of(first, keptStep(60, 1_700_000_060.5))),
        content(List.copyOf(more.steps().values())));
    assertEquals(List.of(5L, 6L), List.copyOf(more.steps().keySet()));
  }

  @Test
  void whatWasStoredInSinglePrecisionIsReadAsThat() throws Exception {
    byte[] open =
        HexFormat.of()
            .parseHex(
                "000167000000010000000100000000"
                    + "0000000000000006"
                    + "000000010000000000000005"
                    + "0000000000000006000000030000010000000000"
                    + "000000010000c03f");
    byte[] step = HexFormat.of().parseHex("00017300016700000000000000033fc00000" + "00000000");
    byte[] rest = HexFormat.of().parseHex("0000000000000004" + "00000000");
    byte[] window =
        HexFormat.of()
            .parseHex(
                "0001670001730000000000000009000000000000005a"
                    + "0000000700000001000000010000c03f"
                    + "00");
    OpenStep.Part part = new OpenStep.Part(5, 6, 3, 1L << 40, new double[] {1.5});
    assertEquals(
        content(new OpenStep("g", 1, List.of(part), 1, 0, 6)),
        content(read(snapshotOf("open-step", 3).restoreSerializer(), open)));
    assertEquals(
        content(
            new SeriesStep(
                "s", "g", new ClosedStep(3, 1.5, new float[0]), 4, SeriesStep.Amendment.NONE)),
        content(read(snapshotOf("series-step", 2).restoreSerializer(), joined(step, rest))));
    assertEquals(
        content(new SeriesWindow("g", "s", 9, 90, 7, 1, new float[] {1.5f}, false)),
        content(read(snapshotOf("series-window", 3).restoreSerializer(), window)));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static OpenStep keptStep(long time, double value) {
    OpenStep.Part part = new OpenStep.Part(time, time + 1, 0, 3, new double[] {value});
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
}
