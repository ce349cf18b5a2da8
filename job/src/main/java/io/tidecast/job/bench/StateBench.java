package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.job.offline.Phases;
import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.ForecasterConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
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
 * </pre>
 */
public final class StateBench {
  private static final int ROUNDS = 12;
  private static final int HOURS = 24;
  private static final int USUAL_BYTES = 6_000;
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
        meter.round(() -> writeAndRead(memories, histories, series.forecasterConfig()));
        phase.at(round, "%.1f us".formatted(meter.micros(memories.length)));
      }
    }
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "state").put("keys", options.keys());
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("bytes", bytes / memories.length);
    result.put("bytesRewritten", rewritten(series, memories));
    return result.put("writeReadMicros", Rounded.of(meter.micros(memories.length)));
  }

  /** As the forecast function does at a step where a backend stores bytes. */
  private static void writeAndRead(
      SeriesMemory[] memories, byte[][] histories, ForecasterConfig config) {
    try {
      for (int i = 0; i < memories.length; i++) {
        DataOutputSerializer out = new DataOutputSerializer(USUAL_BYTES);
        SERIALIZER.serialize(memories[i], out);
        SeriesMemory read =
            SERIALIZER.deserialize(new DataInputDeserializer(out.getSharedBuffer()));
        read.join(histories[i]);
        read.live(config);
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
