package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class QuantilesTest {
  @Test
  void interpolatesBetweenOrderStatistics() {
    Quantiles quantiles = new Quantiles(1);
    for (double value : new double[] {4, 1, 3, 2}) {
      quantiles.add(value);
    }

    assertEquals(1.75, quantiles.at(0.25), 1e-12);
    assertEquals(2.5, quantiles.at(0.5), 1e-12);
    assertEquals(3.7, quantiles.at(0.9), 1e-12);
  }
}
