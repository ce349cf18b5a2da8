package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import java.util.TreeSet;

/**
 * Products of what is read at an origin with the phase of its seasons. Linear maps that read them
 * have weights that turn with the hour of the day, and with the day of the week if there is a long
 * season: a value of three hours ago says another thing at dawn than at noon.
 *
 * <p>Multiplied are some values of the last season, relative to the last one, and the levels of the
 * covariates; each by sines and cosines of {@value #OF_SEASON} harmonics of the season, then of
 * {@value #OF_LONG_SEASON} of the long season, if that is the longer one.
 *
 * <p>Source: Jones and Brelsford 1967, periodic autoregression with coefficients as Fourier series.
 * Differs: a few of the values have such coefficients, all others fixed ones.
 *
 * <p>Not thread safe.
 */
public final class PhaseProducts {
  private static final int OF_SEASON = 2;
  private static final int OF_LONG_SEASON = 3;
  private static final int NEWEST = 3;
  private static final int EVENLY = 9;

  private final int season;
  private final int longSeason;
  private final int[] lags;
  private final int values;
  private final float[] phases;
  private long turnedTo = Long.MIN_VALUE;

  public PhaseProducts(ForecasterConfig config) {
    season = config.season();
    longSeason = config.longSeason() > season ? config.longSeason() : 0;
    lags = lags(season);
    values = lags.length == 0 ? 0 : lags.length + config.covariates().size();
    phases = new float[2 * (OF_SEASON + (longSeason > 0 ? OF_LONG_SEASON : 0))];
  }

  /** Ascending; the newest ones, and others evenly over the season; empty without a season. */
  private static int[] lags(int season) {
    TreeSet<Integer> lags = new TreeSet<>();
    for (int lag = 1; season > 1 && lag <= Math.min(NEWEST, season); lag++) {
      lags.add(lag);
    }
    for (int i = 1; season > 1 && i <= EVENLY; i++) {
      lags.add(Math.max(1, Math.round((float) i * season / EVENLY)));
    }
    return lags.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Number of products; 0 without a season. */
  public int size() {
    return values * phases.length;
  }

  /** Number of values that are multiplied: those at {@link #lags}, then the covariates' levels. */
  public int values() {
    return values;
  }

  /** How many steps before the last value, ascending; the season is the largest. */
  public int[] lags() {
    return lags;
  }

  /** Whether a look-back holds all values. */
  public boolean fits(int lookBack) {
    return size() > 0 && lookBack > season;
  }

  /** Whether a product is one with a phase of the season, not of the long one. */
  public boolean isOfSeason(int product) {
    return product % phases.length < 2 * OF_SEASON;
  }

  /** Which value is multiplied in a product. */
  int valueOf(int product) {
    return product / phases.length;
  }

  /** Which phase it is multiplied by. */
  int phaseOf(int product) {
    return product % phases.length;
  }

  /**
   * @param origin number of the step on the grid
   * @param read {@code [values]}, in any unit
   * @param out receives {@link #size} products in that unit, from {@code at} on
   */
  public void fill(long origin, float[] read, float[] out, int at) {
    turnTo(origin);
    int to = at;
    for (int i = 0; i < values; i++) {
      for (float phase : phases) {
        out[to++] = read[i] * phase;
      }
    }
  }

  /** Series of a group close their steps together: their phases are the same. */
  private void turnTo(long origin) {
    if (origin != turnedTo) {
      fill(origin, season, OF_SEASON, 0);
      if (longSeason > 0) {
        fill(origin, longSeason, OF_LONG_SEASON, 2 * OF_SEASON);
      }
      turnedTo = origin;
    }
  }

  private void fill(long origin, int period, int harmonics, int at) {
    double angle = 2 * Math.PI * Math.floorMod(origin, (long) period) / period;
    for (int k = 0; k < harmonics; k++) {
      phases[at + 2 * k] = (float) Math.sin((k + 1) * angle);
      phases[at + 2 * k + 1] = (float) Math.cos((k + 1) * angle);
    }
  }
}
