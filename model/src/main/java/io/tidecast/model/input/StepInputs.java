package io.tidecast.model.input;

import io.tidecast.model.Calendar;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;

/**
 * The inputs of the recurrent member at a kept row, of it and what ran over the rows before it.
 *
 * <p>Inputs, in order, each clipped; x is the transformed target:
 *
 * <ul>
 *   <li>{@link Transform#LEVEL}: level {@code (x - mean) / scale}; change over the running scale of
 *       changes; {@code (x[t - k] - x) / scale} for seasonal lags k; {@code (x - average) / scale}
 *       for four exponential averages.
 *   <li>random walks: change, |change| over the running volatility; log of the volatility over a
 *       slow one; {@code (x - average) / (volatility sqrt(span))} for four exponential averages.
 *   <li>then 1 if the target is missing at this step, else 0;
 *   <li>then per covariate: level and change scaled the same way, and 1 if it is missing;
 *   <li>then what the {@link Calendar} tells about the steps to be forecast.
 * </ul>
 *
 * <p>A lag that reaches before the first step gives 0.
 */
final class StepInputs {
  private static final float MAX_LEVEL = 6;
  private static final float MAX_CHANGE = 8;
  private static final float MAX_LAGGED = 4;

  private final ForecasterConfig config;
  private final int[] lags;

  StepInputs(ForecasterConfig config) {
    this.config = config;
    lags = InputLayout.of(config).lags();
  }

  /**
   * @param running after the row
   * @param index number of the row's step on the grid
   * @param inputs {@code [size]}
   */
  void fill(InputHistory history, long row, RunningInputs running, long index, float[] inputs) {
    int i = fillOwn(history, row, running, inputs);
    inputs[i++] = history.missing(row, 0) ? 1 : 0;
    for (int k = 0; k < config.covariates().size(); k++) {
      i = fillCovariate(inputs, i, running.covariate(k));
    }
    config.calendar().fill(config.grid(), index, config.horizon(), inputs, i);
  }

  /** The first of them, which are made of the target alone; returns how many they are. */
  int fillOwn(InputHistory history, long row, RunningInputs running, float[] inputs) {
    float x = history.target(row);
    int i =
        config.transform().isRandomWalk()
            ? fillWalk(inputs, running.target())
            : fillLevel(inputs, running.target(), history, row);
    for (int k = 0; k < RunningInputs.averages(); k++) {
      inputs[i++] = clip(running.deviation(k, x), MAX_LEVEL);
    }
    return i;
  }

  private int fillLevel(float[] inputs, RunningScale target, InputHistory history, long row) {
    float x = history.target(row);
    double scale = target.levelScale();
    int i = 0;
    inputs[i++] = clip((x - target.mean()) / scale, MAX_LEVEL);
    inputs[i++] = clip(target.change() / target.changeScale(), MAX_CHANGE);
    for (int lag : lags) {
      inputs[i++] =
          row < lag ? 0 : clip(((double) history.target(row - lag) - x) / scale, MAX_LAGGED);
    }
    return i;
  }

  private static int fillWalk(float[] inputs, RunningScale target) {
    double volatility = target.changeScale();
    double change = target.change() / volatility;
    inputs[0] = clip(change, MAX_CHANGE);
    inputs[1] = clip(Math.abs(change), MAX_CHANGE);
    inputs[2] = clip(Math.log(volatility / target.slowChangeScale()), MAX_LAGGED);
    return 3;
  }

  private static int fillCovariate(float[] inputs, int at, RunningScale covariate) {
    inputs[at] = level(covariate);
    inputs[at + 1] = change(covariate);
    inputs[at + 2] = covariate.missing() ? 1 : 0;
    return at + 3;
  }

  static float change(RunningScale covariate) {
    return covariate.seen() ? clip(covariate.change() / covariate.changeScale(), MAX_CHANGE) : 0;
  }

  static float level(RunningScale covariate) {
    return covariate.seen() ? level(covariate, covariate.last()) : 0;
  }

  static float level(RunningScale covariate, double value) {
    return clip((value - covariate.mean()) / covariate.levelScale(), MAX_LEVEL);
  }

  private static float clip(double value, float limit) {
    return (float) Math.max(-limit, Math.min(limit, value));
  }
}
