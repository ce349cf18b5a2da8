package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;

/**
 * Where in its seasons a step lies, for the linear maps: sine and cosine of the first harmonics of
 * the main and of the long season by the number of the step, then what the calendar tells.
 */
public final class Phases {
  private static final int HARMONICS = 3;

  private final ForecasterConfig config;
  private final int[] seasons;

  public Phases(ForecasterConfig config) {
    this.config = config;
    boolean hasLong = config.longSeason() > config.season();
    seasons =
        config.season() > 1
            ? hasLong
                ? new int[] {config.season(), config.longSeason()}
                : new int[] {config.season()}
            : hasLong ? new int[] {config.longSeason()} : new int[0];
  }

  /** Number of values. */
  public int size() {
    return 2 * HARMONICS * seasons.length + config.calendar().size(config.horizon());
  }

  /**
   * @param origin number of the step on the grid
   * @param out receives {@link #size} values
   */
  public void fill(long origin, float[] out) {
    int i = 0;
    for (int season : seasons) {
      double angle = 2 * Math.PI * Math.floorMod(origin, (long) season) / season;
      for (int k = 1; k <= HARMONICS; k++) {
        out[i++] = (float) Math.sin(k * angle);
        out[i++] = (float) Math.cos(k * angle);
      }
    }
    config.calendar().fill(config.grid(), origin, config.horizon(), out, i);
  }
}
