package io.tidecast.model.train;

import java.util.Arrays;
import java.util.Map;

/**
 * Shares of the ways to fit, per lead.
 *
 * @param shares {@code [horizon]} of each; they add up to 1
 */
record RidgeBlend(Map<RidgeChoice, double[]> shares) {
  static RidgeBlend of(RidgeChoice choice, int horizon) {
    double[] all = new double[horizon];
    Arrays.fill(all, 1);
    return new RidgeBlend(Map.of(choice, all));
  }

  int lookBack() {
    return shares.keySet().stream().mapToInt(RidgeChoice::lookBack).max().orElse(1);
  }
}
