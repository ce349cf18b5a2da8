package io.tidecast.job.state;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.Anchors;
import io.tidecast.model.online.DriftTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Every type that crosses an operator or lies in state, with its layout: the fields in the order
 * they are written (those of steps, windows and observations are in {@link StepLayouts}). Strings
 * are modified UTF-8 with a length; arrays as in {@link StoredArrays}.
 */
public final class StoredTypes {
  private static final List<Layout<?>> LAYOUTS = new ArrayList<>();

  public static final TypeInformation<SeriesObservation> SERIES_OBSERVATION =
      type(
          new Layout<>(
              "series-observation",
              6,
              SeriesObservation.class,
              StepLayouts::writeSeriesObservation,
              StepLayouts::readSeriesObservation));

  public static final TypeInformation<OpenStep> OPEN_STEP =
      type(
          new Layout<>(
              "open-step",
              4,
              OpenStep.class,
              StepLayouts::writeOpenStep,
              StepLayouts::readOpenStep));

  public static final TypeInformation<SeriesStep.Progress> STEP_PROGRESS =
      type(
          new Layout<>(
              "step-progress",
              4,
              SeriesStep.Progress.class,
              StepLayouts::writeStepProgress,
              StepLayouts::readStepProgress));

  public static final TypeInformation<KeptSteps> KEPT_STEPS =
      type(
          new Layout<>(
              "kept-steps",
              3,
              KeptSteps.class,
              StepLayouts::writeKeptSteps,
              StepLayouts::readKeptSteps));

  /** The states have format numbers of their own: the model's. */
  public static final TypeInformation<Anchors> ANCHORS =
      type(
          new Layout<>(
              "anchors", 2, Anchors.class, StoredTypes::writeAnchors, StoredTypes::readAnchors));

  public static final TypeInformation<SeriesStep> SERIES_STEP =
      type(
          new Layout<>(
              "series-step",
              3,
              SeriesStep.class,
              StepLayouts::writeSeriesStep,
              StepLayouts::readSeriesStep));

  public static final TypeInformation<SeriesWindow.Open> OPEN_WINDOW =
      type(
          new Layout<>(
              "open-window",
              3,
              SeriesWindow.Open.class,
              StepLayouts::writeOpenWindow,
              StepLayouts::readOpenWindow));

  public static final TypeInformation<SeriesWindow> SERIES_WINDOW =
      type(
          new Layout<>(
              "series-window",
              4,
              SeriesWindow.class,
              StepLayouts::writeSeriesWindow,
              StepLayouts::readSeriesWindow));

  public static final TypeInformation<GroupProgress> GROUP_PROGRESS =
      type(
          new Layout<>(
              "group-progress",
              3,
              GroupProgress.class,
              StoredTypes::writeGroupProgress,
              StoredTypes::readGroupProgress));

  public static final TypeInformation<GroupControl> GROUP_CONTROL =
      type(
          new Layout<>(
              "group-control",
              1,
              GroupControl.class,
              StoredTypes::writeGroupControl,
              StoredTypes::readGroupControl));

  public static final TypeInformation<GroupNotice> GROUP_NOTICE =
      type(
          new Layout<>(
              "group-notice",
              2,
              GroupNotice.class,
              StoredTypes::writeGroupNotice,
              StoredTypes::readGroupNotice));

  /** The bytes have a format number of their own: the model's. */
  public static final TypeInformation<SeriesMemory> SERIES_MEMORY =
      type(
          new Layout<>(
              "series-memory",
              3,
              SeriesMemory.class,
              StoredTypes::writeSeriesMemory,
              StoredTypes::readSeriesMemory,
              SeriesMemory::copy));

  public static final TypeInformation<GroupModels> GROUP_MODELS =
      type(
          new Layout<>(
              "group-models",
              1,
              GroupModels.class,
              StoredTypes::writeGroupModels,
              StoredTypes::readGroupModels));

  private StoredTypes() {}

  private static <T> TypeInformation<T> type(Layout<T> layout) {
    LAYOUTS.add(layout);
    return new StoredType<>(layout);
  }

  @SuppressWarnings("unchecked") // the name in a checkpoint stands for the type it was written with
  static <T> Layout<T> layoutNamed(String name) throws IOException {
    for (Layout<?> layout : LAYOUTS) {
      if (layout.name().equals(name)) {
        return (Layout<T>) layout;
      }
    }
    throw new IOException("state of an unknown type: " + name);
  }

  private static void writeAnchors(Anchors value, DataOutputView out) throws IOException {
    out.writeByte(value.kept().size());
    for (Anchors.Anchor anchor : value.kept()) {
      out.writeLong(anchor.block());
      out.writeLong(anchor.lastIndex());
      StoredArrays.writeBytes(anchor.state(), out);
    }
  }

  private static Anchors readAnchors(int version, DataInputView in) throws IOException {
    List<Anchors.Anchor> kept = new ArrayList<>();
    for (int left = in.readByte(); left > 0; left--) {
      kept.add(new Anchors.Anchor(in.readLong(), in.readLong(), StoredArrays.readBytes(in)));
    }
    return version == 1 ? Anchors.ofWhole(kept) : new Anchors(kept);
  }

  private static void writeGroupProgress(GroupProgress value, DataOutputView out)
      throws IOException {
    out.writeLong(value.lastTraining());
    out.writeInt(value.trainings());
    out.writeUTF(value.version());
    StoredArrays.writeBytes(value.champion(), out);
    out.writeLong(value.watch().from());
    out.writeLong(value.watch().until());
    out.writeUTF(value.watch().version());
    StoredArrays.writeBytes(value.watch().artifact(), out);
    out.writeLong(value.quietUntil());
    StoredArrays.writeFloats(value.drift().own(), out);
    StoredArrays.writeFloats(value.drift().relative(), out);
    out.writeDouble(value.drift().ownEvidence());
    out.writeDouble(value.drift().relativeEvidence());
    out.writeLong(value.drift().end());
    out.writeLong(value.driftQuietUntil());
  }

  private static GroupProgress readGroupProgress(int version, DataInputView in) throws IOException {
    long lastTraining = in.readLong();
    int trainings = in.readInt();
    String champion = in.readUTF();
    byte[] artifact = StoredArrays.readBytes(in);
    if (version == 1) {
      return new GroupProgress(
          lastTraining,
          trainings,
          champion,
          artifact,
          GroupProgress.Watch.NONE,
          Long.MIN_VALUE,
          Long.MIN_VALUE,
          DriftTest.NONE);
    }
    GroupProgress.Watch watch =
        new GroupProgress.Watch(
            in.readLong(), in.readLong(), in.readUTF(), StoredArrays.readBytes(in));
    long quietUntil = in.readLong();
    DriftTest drift =
        new DriftTest(
            StoredArrays.readFloats(in),
            StoredArrays.readFloats(in),
            in.readDouble(),
            in.readDouble(),
            in.readLong());
    long driftQuietUntil = version == 2 ? quietUntil : in.readLong();
    return new GroupProgress(
        lastTraining, trainings, champion, artifact, watch, quietUntil, driftQuietUntil, drift);
  }

  private static void writeGroupControl(GroupControl value, DataOutputView out) throws IOException {
    out.writeLong(value.offset());
    out.writeByte(value.isGood() ? actionCode(value.action()) : 0);
    out.writeUTF(value.group());
    out.writeLong(value.notBefore());
    out.writeUTF(value.model().version());
    StoredArrays.writeBytes(value.model().bytes(), out);
    out.writeBoolean(value.force());
  }

  private static int actionCode(ControlRecord.Action action) {
    return switch (action) {
      case RETRAIN -> 1;
      case PROMOTE -> 2;
      case ROLLBACK -> 3;
    };
  }

  private static ControlRecord.Action action(int code) throws IOException {
    return switch (code) {
      case 0 -> null;
      case 1 -> ControlRecord.Action.RETRAIN;
      case 2 -> ControlRecord.Action.PROMOTE;
      case 3 -> ControlRecord.Action.ROLLBACK;
      default -> throw new IOException("action code " + code + "; accepted: 0 to 3");
    };
  }

  private static GroupControl readGroupControl(int version, DataInputView in) throws IOException {
    return new GroupControl(
        in.readLong(),
        action(in.readByte()),
        in.readUTF(),
        in.readLong(),
        new ModelFile(in.readUTF(), StoredArrays.readBytes(in)),
        in.readBoolean());
  }

  private static void writeGroupNotice(GroupNotice value, DataOutputView out) throws IOException {
    out.writeBoolean(value instanceof Decision);
    if (value instanceof Decision decision) {
      writeDecision(decision, out);
    } else {
      out.writeUTF(value.group());
      out.writeLong(value.coveredBefore());
    }
  }

  private static GroupNotice readGroupNotice(int version, DataInputView in) throws IOException {
    return in.readBoolean()
        ? readDecision(version, in)
        : new GroupNotice.Covered(in.readUTF(), in.readLong());
  }

  private static void writeDecision(Decision value, DataOutputView out) throws IOException {
    Outcome outcome = value.outcome();
    out.writeUTF(value.group());
    out.writeLong(value.boundary());
    out.writeLong(value.validFrom());
    out.writeLong(value.coveredBefore());
    out.writeByte(outcome.kind().code());
    out.writeUTF(value.version());
    out.writeUTF(value.parent());
    out.writeUTF(outcome.reason());
    out.writeInt(value.basis().windows());
    out.writeInt(value.basis().series());
    out.writeLong(value.basis().firstStep());
    out.writeLong(value.basis().lastStep());
    out.writeLong(value.basis().observed());
    out.writeLong(value.basis().leftOut());
    out.writeLong(value.basis().tookMillis());
    out.writeDouble(outcome.losses().challenger());
    out.writeDouble(outcome.losses().champion());
    out.writeDouble(outcome.losses().naive());
    StoredArrays.writeBytes(
        outcome.serves().map(ModelFile::bytes).orElseGet(() -> new byte[0]), out);
  }

  private static Decision readDecision(int version, DataInputView in) throws IOException {
    String group = in.readUTF();
    long boundary = in.readLong();
    long validFrom = in.readLong();
    long coveredBefore = in.readLong();
    Outcome.Kind kind = Outcome.Kind.ofCode(in.readByte());
    String serves = in.readUTF();
    String parent = in.readUTF();
    String reason = in.readUTF();
    Decision.Basis basis = readBasis(version, in);
    Outcome.Losses losses = new Outcome.Losses(in.readDouble(), in.readDouble(), in.readDouble());
    byte[] artifact = StoredArrays.readBytes(in);
    Outcome outcome =
        switch (kind) {
          case NOT_TRIGGERED -> new Outcome.NotTriggered(reason);
          case FAILED -> new Outcome.Failed(reason);
          case KEPT -> new Outcome.Kept(reason, losses);
          case PROMOTED -> new Outcome.Promoted(serves, artifact, reason, losses);
          case ROLLED_BACK -> new Outcome.RolledBack(serves, artifact, reason, losses);
        };
    return new Decision(group, boundary, validFrom, coveredBefore, outcome, serves, parent, basis);
  }

  private static Decision.Basis readBasis(int version, DataInputView in) throws IOException {
    int windows = in.readInt();
    int series = in.readInt();
    return version < 2
        ? new Decision.Basis(windows, series, 0, 0, 0, 0, 0)
        : new Decision.Basis(
            windows,
            series,
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong(),
            in.readLong());
  }

  private static void writeSeriesMemory(SeriesMemory value, DataOutputView out) throws IOException {
    out.writeLong(value.lastIndex());
    StoredArrays.writeBytes(value.toBytes(), out);
    out.writeUTF(value.version());
    out.writeLong(value.swappedAtOrMin());
    out.writeBoolean(value.isApart());
  }

  private static SeriesMemory readSeriesMemory(int version, DataInputView in) throws IOException {
    long lastIndex = in.readLong();
    byte[] stored = StoredArrays.readBytes(in);
    return version == 1
        ? SeriesMemory.ofStored(lastIndex, stored)
        : SeriesMemory.ofStored(
            lastIndex, stored, in.readUTF(), in.readLong(), version >= 3 && in.readBoolean());
  }

  private static void writeGroupModels(GroupModels value, DataOutputView out) throws IOException {
    out.writeLong(value.coveredBefore());
    out.writeInt(value.models().size());
    for (GroupModels.Held held : value.models()) {
      out.writeLong(held.validFrom());
      out.writeUTF(held.version());
      StoredArrays.writeBytes(held.artifact(), out);
    }
  }

  private static GroupModels readGroupModels(int version, DataInputView in) throws IOException {
    long coveredBefore = in.readLong();
    int size = in.readInt();
    List<GroupModels.Held> models = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      models.add(new GroupModels.Held(in.readLong(), in.readUTF(), StoredArrays.readBytes(in)));
    }
    return new GroupModels(coveredBefore, models);
  }
}
