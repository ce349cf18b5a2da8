package io.tidecast.model;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How the series of one model group are forecast. A value: part of every model artifact, so that a
 * model is never stepped with another configuration than it was trained for.
 *
 * @param step spacing of the grid
 * @param horizon number of leads, 1 to 2160
 * @param levels quantile levels of every forecast
 * @param season steps of the main season (24 for hourly values with a daily cycle); 1 if there is
 *     none: then the seasonal naive is the last value
 * @param longSeason steps of the longer season (168 for a week of hours); 0 if there is none
 * @param transform what is made of raw values
 * @param limits physical limits of the target
 * @param covariates names of the other variables of the stream that both members read, in the order
 *     of {@link ClosedStep#covariates}
 * @param calendar what the recurrent member is told of the local calendar; nothing by default
 * @param cell shape of the recurrent member
 * @param history steps of raw values that are kept per series: look-back of the linear highway, and
 *     what a replay reads
 * @param maxGap missing steps in a row that are stepped with a mask; a longer gap rebuilds the
 *     state
 * @param ablation parts switched off, for experiments
 */
public record ForecasterConfig(
    Duration step,
    int horizon,
    QuantileLevels levels,
    int season,
    int longSeason,
    Transform transform,
    Limits limits,
    List<String> covariates,
    Calendar calendar,
    CellConfig cell,
    int history,
    int maxGap,
    Ablation ablation)
    implements Serializable {

  public static final int DEFAULT_HISTORY = 336;
  public static final int DEFAULT_MAX_GAP = 24;

  /**
   * Parts switched off.
   *
   * @param resetState hidden and cell state are zero before each step
   * @param resetCell the cell state alone is zero before each step
   * @param zeroRecurrentOutput the recurrent member's output is zero: its head's biases remain
   * @param noHighway the linear highway takes no part: the recurrent member alone forecasts
   */
  public record Ablation(
      boolean resetState, boolean resetCell, boolean zeroRecurrentOutput, boolean noHighway)
      implements Serializable {
    public static final Ablation NONE = new Ablation(false, false, false, false);
  }

  public ForecasterConfig {
    covariates = List.copyOf(covariates);
    if (step.isNegative() || step.isZero()) {
      throw new IllegalArgumentException(
          "series.step: " + step + "; accepted: a positive duration");
    }
    Checks.inRange("forecast.horizon", horizon, 1, 2160);
    Checks.inRange("series.season (in steps)", season, 1, 100_000);
    Checks.inRange("series.longSeason (in steps)", longSeason, 0, 100_000);
    Checks.inRange("series.history (in steps)", history, 8, 100_000);
    Checks.inRange("ingest.maxGap (in steps)", maxGap, 0, 100_000);
    if (transform == Transform.LOG_RETURN && !(limits.maximum() > 0)) {
      throw new IllegalArgumentException(
          "series.variables.NAME.maximum: "
              + limits.maximum()
              + "; accepted with log-return: a positive maximum");
    }
  }

  /** Whether the linear highway takes part. */
  public boolean hasHighway() {
    return !ablation.noHighway();
  }

  /** The same with another main season. */
  public ForecasterConfig withSeason(int other) {
    return new ForecasterConfig(
        step,
        horizon,
        levels,
        other,
        longSeason,
        transform,
        limits,
        covariates,
        calendar,
        cell,
        history,
        maxGap,
        ablation);
  }

  /** The same with another calendar. */
  public ForecasterConfig withCalendar(Calendar other) {
    return new ForecasterConfig(
        step,
        horizon,
        levels,
        season,
        longSeason,
        transform,
        limits,
        covariates,
        other,
        cell,
        history,
        maxGap,
        ablation);
  }

  /** The same with another cell. */
  public ForecasterConfig withCell(CellConfig other) {
    return new ForecasterConfig(
        step,
        horizon,
        levels,
        season,
        longSeason,
        transform,
        limits,
        covariates,
        calendar,
        other,
        history,
        maxGap,
        ablation);
  }

  /** The same with other parts switched off. */
  public ForecasterConfig withAblation(Ablation other) {
    return new ForecasterConfig(
        step,
        horizon,
        levels,
        season,
        longSeason,
        transform,
        limits,
        covariates,
        calendar,
        cell,
        history,
        maxGap,
        other);
  }

  /** Defaults for everything but grid, horizon and seasons. */
  public static ForecasterConfig of(Duration step, int horizon, int season, int longSeason) {
    return new ForecasterConfig(
        step,
        horizon,
        QuantileLevels.DEFAULT,
        season,
        longSeason,
        Transform.LEVEL,
        Limits.NONE,
        List.of(),
        Calendar.NONE,
        CellConfig.DEFAULT,
        DEFAULT_HISTORY,
        DEFAULT_MAX_GAP,
        Ablation.NONE);
  }
}
