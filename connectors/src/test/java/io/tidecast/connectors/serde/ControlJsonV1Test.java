package io.tidecast.connectors.serde;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ControlRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlJsonV1Test {
  private static final Instant TIME = Instant.parse("2024-01-02T00:00:00Z");

  private static ControlRecord read(String json) {
    return ControlJsonV1.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource(ControlRecord.Action.class)
  void recordReadsBackAsItWasWritten(ControlRecord.Action action) {
    byte[] artifact = action == ControlRecord.Action.PROMOTE ? new byte[] {1, -1} : new byte[0];
    byte[] written =
        ControlJsonV1.write(new ControlRecord("g", action, TIME, "g-1-00000000", true, artifact));

    assertArrayEquals(written, ControlJsonV1.write(ControlJsonV1.read(written)));
    assertEquals(action, ControlJsonV1.read(written).action());
  }

  @Test
  void nextBoundaryIsTheOneThatIsNotNamed() {
    String json =
        "{\"group\":\"g\",\"action\":\"retrain\",\"notBefore\":null,\"version\":\"\","
            + "\"force\":false,\"artifact\":null}";

    assertEquals(null, read(json).notBefore());
    assertEquals(json, new String(ControlJsonV1.write(read(json)), StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"group\":\"g\"}",
        "{\"group\":\"a/b\",\"action\":\"retrain\",\"notBefore\":null,\"version\":\"\",\"force\":false,\"artifact\":null}",
        "{\"group\":\"g\",\"action\":\"delete\",\"notBefore\":null,\"version\":\"\",\"force\":false,\"artifact\":null}",
        "{\"group\":\"g\",\"action\":\"promote\",\"notBefore\":null,\"version\":\"v\",\"force\":false,\"artifact\":null}",
        "{\"group\":\"g\",\"action\":\"rollback\",\"notBefore\":\"soon\",\"version\":\"\",\"force\":false,\"artifact\":null}",
        "{\"group\":\"g\",\"action\":\"retrain\",\"notBefore\":null,\"version\":\"\",\"force\":false,\"artifact\":\"AA==\"}"
      })
  void whatIsNoControlRecordIsRefused(String json) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> read(json));

    assertTrue(refusal.getMessage().length() > 10, refusal.getMessage());
  }
}
