package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.Phases;
import io.tidecast.job.state.KeptSteps;
import io.tidecast.job.state.OpenStep;
import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import io.tidecast.model.online.Anchors;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * What a series in full operation keeps, in its stored form. Processor time of one thread, the
 * least of {@value #ROUNDS} rounds.
 *
 * <pre>
 * keys, horizon, hidden
 * bytes            of one series
 * bytesRewritten   what a backend on disk takes anew at a step
 * writeReadMicros  what is taken at most steps, to bytes, and all of it back
 * correctionBytes  kept beside it for what comes late, at most: earlier states, and the steps since
 * </pre>
 */
public final class StateBench {
  private static final int ROUNDS = 12;
  private static final int HOURS = 24;
  private static final int USUAL_BYTES = 6_000;
  private static final int TOGETHER = 16;
  private static final long LAG_MILLIS = 500;
  private static final TypeSerializer<SeriesMemory> SERIALIZER =
      StoredTypes.SERIES_MEMORY.createSerializer(new SerializerConfigImpl());

  private final BenchOptions options;
  private final Phases phases;

  public StateBench(BenchOptions options, Phases phases) {
    this.options = options;
    this.phases = phases;
  }

  public ObjectNode run() {
    WarmSeries series = new WarmSeries(options, phases);
    SeriesMemory[] memories = new SeriesMemory[series.keys()];
    byte[][] histories = new byte[series.keys()][];
    long bytes = 0;
    for (int i = 0; i < memories.length; i++) {
      memories[i] = SeriesMemory.ofLive(series.state(i));
      bytes += memories[i].toBytes().length;
      histories[i] = memories[i].keepApart();
    }
    Meter meter = new Meter();
    try (Phases.Phase phase = phases.begin("measuring", ROUNDS)) {
      for (int round = 1; round <= ROUNDS; round++) {
        meter.round(() -> writeAndRead(memories, histories, series.forecaster()));
        phase.at(round, "%.1f us".formatted(meter.micros(memories.length)));
      }
    }
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "state").put("keys", options.keys());
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("bytes", bytes / memories.length);
    result.put("bytesRewritten", rewritten(series, memories));
    result.put("writeReadMicros", Meter.rounded(meter.micros(memories.length)));
    return result.put("correctionBytes", anchorBytes(series) + keptStepBytes());
  }

  private long anchorBytes(WarmSeries series) {
    int reach = new JobParts(options.config()).reachSteps();
    SeriesForecaster forecaster = new SeriesForecaster(series.forecasterConfig(), HOURS, reach);
    SeriesState state = series.state(0).copy();
    Anchors anchors = Anchors.NONE;
    for (long until = state.lastIndex() + 3L * reach; state.lastIndex() < until; ) {
      long hour = state.lastIndex() + 1;
      if (forecaster.isAnchorDue(state, hour)) {
        anchors = forecaster.anchored(anchors, state, hour);
      }
      float value = (float) GeneratedLoad.value(0, hour);
      forecaster.step(state, new ClosedStep(hour, value, new float[0]), series.model());
    }
    return bytes(StoredTypes.ANCHORS, anchors);
  }

  /** Of two blocks, in values of sixteen, each observed at its end by a live stream. */
  private long keptStepBytes() {
    JobConfig config = options.config();
    Grid grid = config.series().grid();
    int left = 2 * new JobParts(config).reachSteps();
    long bytes = 0;
    for (long hour = GeneratedLoad.FIRST; left > 0; left -= TOGETHER, hour += TOGETHER) {
      KeptSteps kept = KeptSteps.NONE;
      for (long i = hour; i < hour + Math.min(left, TOGETHER); i++) {
        double[] value = {GeneratedLoad.value(0, i)};
        OpenStep.Part part =
            new OpenStep.Part(grid.end(i), grid.end(i) + LAG_MILLIS, 0, i * options.keys(), value);
        kept = kept.with(i, new OpenStep("", 1, List.of(part), 0, 0, i), grid);
      }
      bytes += bytes(StoredTypes.KEPT_STEPS, kept);
    }
    return bytes;
  }

  private static <T> long bytes(TypeInformation<T> type, T value) {
    DataOutputSerializer out = new DataOutputSerializer(USUAL_BYTES);
    try {
      type.createSerializer(new SerializerConfigImpl()).serialize(value, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.length();
  }

  /** As the forecast function does at a step where a backend stores bytes. */
  private static void writeAndRead(
      SeriesMemory[] memories, byte[][] histories, SeriesForecaster forecaster) {
    try {
      for (int i = 0; i < memories.length; i++) {
        DataOutputSerializer out = new DataOutputSerializer(USUAL_BYTES);
        SERIALIZER.serialize(memories[i], out);
        SeriesMemory read =
            SERIALIZER.deserialize(new DataInputDeserializer(out.getSharedBuffer()));
        read.join(histories[i]);
        read.live(forecaster);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the values that the forecast function updates then, on average of a day. */
  private static long rewritten(WarmSeries series, SeriesMemory[] memories) {
    long bytes = 0;
    try {
      for (int hour = 0; hour < HOURS; hour++) {
        series.step(series.next(1));
        for (SeriesMemory memory : memories) {
          DataOutputSerializer out = new DataOutputSerializer(USUAL_BYTES);
          bytes += memory.keepApart().length;
          SERIALIZER.serialize(memory, out);
          bytes += out.length();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes / HOURS / memories.length;
  }
}
