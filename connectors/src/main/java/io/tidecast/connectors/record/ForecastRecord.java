package io.tidecast.connectors.record;

import static java.util.Objects.requireNonNullElse;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * One forecast: all leads and levels of one series from one origin. (series, origin) is unique.
 *
 * @param series {@code stream/variable}
 * @param origin end of the last step the forecast used
 * @param step spacing of the leads; where that varies, as with months, its mean
 * @param horizon number of leads
 * @param targets {@code [horizon]}, where the leads lie; empty if lead k lies at {@code origin + k
 *     * step}
 * @param levels ascending quantile levels in (0, 1)
 * @param quantiles {@code [levels][horizon]}, in the unit of the target, less {@code base}; finite
 * @param base 0 unless single precision is not enough for the quantiles
 * @param model version that made it; empty if none did
 * @param quality {@code model}, {@code warming} or {@code naive}
 */
public record ForecastRecord(
    String series,
    Instant origin,
    Duration step,
    int horizon,
    List<Instant> targets,
    List<Double> levels,
    float[][] quantiles,
    double base,
    String model,
    String quality) {

  public ForecastRecord {
    Require.text("series", series);
    Require.present("origin", origin);
    Require.positive("step", step);
    levels = Require.levels(levels);
    Require.present("model", model);
    Require.oneOf("quality", quality, List.of("model", "warming", "naive"));
    Require.that(horizon >= 1, "horizon", horizon, "at least 1");
    targets = requireNonNullElse(targets, List.of());
    Require.items("targets", targets);
    targets = List.copyOf(targets);
    if (!targets.isEmpty() && targets.size() != horizon) {
      Require.that(false, "targets", targets.size() + " times", horizon + " of them, or none");
    }
    Require.matrix("quantiles", quantiles, levels.size(), horizon);
    Require.finiteOrNull("base", base);
  }

  /** Of quantiles that single precision is enough for. */
  public ForecastRecord(
      String series,
      Instant origin,
      Duration step,
      int horizon,
      List<Instant> targets,
      List<Double> levels,
      float[][] quantiles,
      String model,
      String quality) {
    this(series, origin, step, horizon, targets, levels, quantiles, 0, model, quality);
  }

  /** With leads {@code step} apart. */
  public ForecastRecord(
      String series,
      Instant origin,
      Duration step,
      int horizon,
      List<Double> levels,
      float[][] quantiles,
      String model,
      String quality) {
    this(series, origin, step, horizon, List.of(), levels, quantiles, model, quality);
  }

  /**
   * A quantile in full.
   *
   * @param level its place among the levels
   * @param lead from 1
   */
  public double quantile(int level, int lead) {
    return base + quantiles[level][lead - 1];
  }

  /** Kafka key: the series. */
  public String key() {
    return series;
  }

  private Object[] content() {
    return new Object[] {
      series, origin, step, horizon, targets, levels, quantiles, base, model, quality
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ForecastRecord that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
