package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Tidecast.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private JsonNode lastLine() throws Exception {
    String[] lines = out.toString().strip().split("\n");
    return new ObjectMapper().readTree(lines[lines.length - 1]);
  }

  @Test
  void stepIsMeasuredBesideTheNetworkAlone() throws Exception {
    assertEquals(0, run("bench", "step", "--keys", "3", "--records", "720", "--hidden", "8"));

    JsonNode result = lastLine();
    double micros = result.get("microsPerStep").asDouble();
    double cell = result.get("cellMicros").asDouble();
    assertTrue(cell > 0 && micros > cell, result::toString);
    assertEquals(micros / cell, result.get("ratio").asDouble(), 0.01 * micros / cell);
    long quantiles = 7 * 24 * Float.BYTES;
    assertTrue(result.get("bytesAllocated").asLong() > quantiles, result::toString);
    assertTrue(result.get("resultBytes").asLong() > quantiles, result::toString);
  }

  @Test
  void everyPeerIsMeasuredOrSaidToBeMissing() throws Exception {
    assertEquals(
        0, run("bench", "step", "--keys", "1", "--records", "24", "--hidden", "8", "--peers"));

    JsonNode peers = lastLine().get("peers");
    assertTrue(peers.size() >= 2, peers::toString);
    for (JsonNode row : peers) {
      assertTrue(row.has("work") && (row.has("missing") || row.has("micros")), row::toString);
    }
  }

  @Test
  void stateOfALongerHorizonIsLarger() throws Exception {
    run("bench", "state", "--keys", "2", "--hidden", "8", "--horizon", "6");
    long small = lastLine().get("bytes").asLong();

    assertEquals(0, run("bench", "state", "--keys", "2", "--hidden", "8", "--horizon", "48"));

    JsonNode result = lastLine();
    assertTrue(result.get("bytes").asLong() > small, result::toString);
    assertTrue(result.get("bytesRewritten").asLong() > 0, result::toString);
    assertTrue(result.get("writeReadMicros").asDouble() > 0, result::toString);
    assertTrue(result.get("correctionBytes").asLong() > small, result::toString);
  }

  @Test
  void benchOfNoSeriesIsTwo() {
    assertEquals(2, run("bench", "step", "--keys", "0"));

    assertEquals("tidecast: --keys: 0; accepted: 1 or more", err.toString().strip());
  }

  @Test
  void benchThatIsNotNamedIsTwo() {
    assertEquals(2, run("bench"));

    assertTrue(err.toString().contains("Usage: tidecast bench"), err.toString());
  }
}
