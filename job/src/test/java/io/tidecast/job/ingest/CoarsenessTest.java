package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ObservationRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CoarsenessTest {
  @Test
  void covariateThatCountsIsNamedOnceAndWhatIsToldApartIsNot() {
    Coarseness coarseness = new Coarseness(Set.of("counter", "price"));
    List<String> named = new ArrayList<>();

    for (int i = 0; i < 10_000; i++) {
      Map<String, Double> values =
          Map.of("counter", 1e10 + 700.0 * i, "price", 40_000 + 0.5 * i, "target", 1e12 + i);
      coarseness.look(new ObservationRecord("a", Instant.ofEpochSecond(i), values), named::add);
    }

    assertEquals(1, named.size(), named::toString);
    assertTrue(named.get(0).startsWith("a/counter: 50 of 50 changes"), named::toString);
  }
}
