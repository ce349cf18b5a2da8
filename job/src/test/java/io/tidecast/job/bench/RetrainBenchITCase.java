package io.tidecast.job.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.connectors.record.Format;
import io.tidecast.job.offline.Phases;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetrainBenchITCase {
  @Test
  void everyDayHasATrainingAndAPrice() throws Exception {
    BenchOptions options = new BenchOptions(2, 2, BenchOptions.Backend.HASHMAP, Format.AVRO, 3, 4);

    JsonNode result = new RetrainBench(options, Duration.ZERO, Phases.SILENT).run();

    assertEquals(3, result.get("days").asInt(), result::toString);
    int decided = 0;
    for (JsonNode count : result.get("decisions")) {
      decided += count.asInt();
    }
    assertTrue(decided >= 3, result::toString);
    assertEquals(0, result.get("decisions").path("not-triggered").asInt(), result::toString);
    for (String part : new String[] {"first", "last"}) {
      assertEquals(48, result.get(part).get("records").asInt(), result::toString);
      assertTrue(result.get(part).get("taskCpuMicros").asDouble() > 0, result::toString);
    }
    assertTrue(result.get("residentRatio").asDouble() > 0, result::toString);
  }
}
