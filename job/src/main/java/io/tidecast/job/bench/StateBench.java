package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.job.offline.Phases;
import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.online.SeriesState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * What a series in full operation keeps, in its stored form. Processor time of one thread, the
 * least of {@value #ROUNDS} rounds.
 *
 * <pre>
 * keys, horizon, hidden
 * bytes            of one series
 * bytesRewritten   of these, what a backend on disk takes anew at every step
 * writeReadMicros  to bytes and back
 * </pre>
 */
public final class StateBench {
  private static final int ROUNDS = 12;

  private final BenchOptions options;
  private final Phases phases;

  public StateBench(BenchOptions options, Phases phases) {
    this.options = options;
    this.phases = phases;
  }

  public ObjectNode run() {
    WarmSeries series = new WarmSeries(options, phases);
    long bytes = 0;
    long rewritten = 0;
    for (int i = 0; i < series.keys(); i++) {
      bytes += written(series.state(i)).length;
      rewritten += rewritten(series.state(i));
    }
    Meter meter = new Meter();
    try (Phases.Phase phase = phases.begin("measuring", ROUNDS)) {
      for (int round = 1; round <= ROUNDS; round++) {
        meter.round(() -> writeAndRead(series));
        phase.at(round, "%.1f us".formatted(meter.micros(series.keys())));
      }
    }
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "state").put("keys", options.keys());
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("bytes", bytes / series.keys()).put("bytesRewritten", rewritten / series.keys());
    return result.put("writeReadMicros", Rounded.of(meter.micros(series.keys())));
  }

  private static void writeAndRead(WarmSeries series) {
    for (int i = 0; i < series.keys(); i++) {
      byte[] bytes = written(series.state(i));
      try {
        SeriesState.read(
            new DataInputStream(new ByteArrayInputStream(bytes)), series.forecasterConfig());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static byte[] written(SeriesState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      state.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Of the values that the forecast function updates at every step. */
  private static long rewritten(SeriesState state) {
    TypeSerializer<SeriesMemory> serializer =
        StoredTypes.SERIES_MEMORY.createSerializer(new SerializerConfigImpl());
    DataOutputSerializer out = new DataOutputSerializer(1024);
    try {
      serializer.serialize(SeriesMemory.ofLive(state), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.length();
  }
}
