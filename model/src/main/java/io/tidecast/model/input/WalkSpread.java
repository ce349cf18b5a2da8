package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;

/**
 * What the spread of a random walk's changes to come is made of, in units of its running
 * volatility: that volatility itself, a slow one, the size of the last change, and how far the
 * value lies above each of its running averages, then how far below.
 *
 * <p>Source: Corsi and Renò 2012, volatilities of several horizons of the past, with falls apart
 * from rises, as markets are more restless after falls. Differs: volatilities are exponential
 * averages, and falls and rises are taken from exponential averages of the value.
 */
public final class WalkSpread {
  private static final int OF_CHANGES = 3;

  private WalkSpread() {}

  /** Number of the parts of a spread; 0 unless the configuration is that of a random walk. */
  public static int size(ForecasterConfig config) {
    return config.transform().isRandomWalk() ? OF_CHANGES + 2 * RunningInputs.averages() : 0;
  }

  /**
   * @param inputs of the recurrent member at a step
   * @param out {@code [size]}, none negative
   */
  public static void fill(float[] inputs, float[] out) {
    out[0] = 1;
    out[1] = (float) Math.exp(-inputs[2]);
    out[2] = inputs[1];
    for (int i = 0; i < RunningInputs.averages(); i++) {
      float above = inputs[OF_CHANGES + i];
      out[OF_CHANGES + 2 * i] = Math.max(0, above);
      out[OF_CHANGES + 2 * i + 1] = Math.max(0, -above);
    }
  }
}
