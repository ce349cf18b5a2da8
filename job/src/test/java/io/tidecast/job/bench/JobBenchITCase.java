package io.tidecast.job.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.connectors.record.Format;
import io.tidecast.job.offline.Phases;
import org.junit.jupiter.api.Test;

class JobBenchITCase {
  private static final int KEYS = 10;
  private static final int RECORDS = 90;

  @Test
  void everyRecordComesOutOfBothJobsAndIsTimed() throws Exception {
    BenchOptions options =
        new BenchOptions(KEYS, RECORDS, BenchOptions.Backend.ROCKSDB, Format.AVRO, 6, 8);

    JsonNode result = new JobBench(options, Phases.SILENT).run();

    assertTrue(result.get("passThroughPerSecond").asDouble() > 0, result::toString);
    assertTrue(result.get("forecastsPerSecond").asDouble() > 0, result::toString);
    assertTrue(result.get("forecastsCpuMicros").asDouble() > 0, result::toString);
    JsonNode latency = result.get("latencyMillis");
    assertTrue(latency.get("records").asInt() >= RECORDS - KEYS, result::toString);
    assertTrue(
        latency.get("uncommitted").get("p50").asLong()
            <= latency.get("committed").get("p99").asLong(),
        result::toString);
    JsonNode bytes = result.get("bytes");
    assertEquals(3, bytes.size(), result::toString);
    assertEquals(
        bytes.get("bench.observation.v1").get("records"),
        bytes.get("bench.forecast.v1").get("records"),
        "without markers: " + result);
    assertTrue(bytes.get("bench.forecast.v1").get("perValue").asDouble() > 100, result::toString);
    JsonNode state = result.get("state");
    assertTrue(state.get("bytes").asLong() > 1_000 * KEYS, result::toString);
    assertTrue(state.get("restoreSeconds").asDouble() > 0, result::toString);
  }
}
