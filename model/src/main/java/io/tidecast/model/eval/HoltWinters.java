package io.tidecast.model.eval;

import java.util.Arrays;

/**
 * Additive Holt-Winters with a damped trend (Hyndman and Athanasopoulos 2021, section 8.3), in
 * error-correction form, with season m and one-step error {@code e = y - (l + phi b + s)}:
 *
 * <pre>
 * l' = l + phi b + alpha e      b' = phi b + alpha beta e      s'[t] = s[t - m] + gamma e
 * forecast(h) = l + (phi + ... + phi^h) b + s[t + h - m ceil(h / m)]
 * </pre>
 *
 * <p>The four parameters minimise the sum of squared one-step errors over the training part, found
 * by a pattern search; before its end nothing is forecast. Without a season (one step) it is Holt's
 * damped trend. A missing value carries the state on without an error. No library on Maven Central
 * that is still kept has the method, hence these few lines.
 */
final class HoltWinters implements PointForecaster {
  private static final double[] START = {0.5, 0.05, 0.1, 0.9};
  private static final double[] LOWEST = {1e-4, 0, 0, 0.8};
  private static final double[] HIGHEST = {1, 1, 1, 0.98};
  private static final double FINEST = 1e-3;

  private final int season;
  private final long trainingEnd;
  private float[] training = new float[1024];
  private int trained;
  private Filter filter;

  /**
   * @param season in steps; 1: none
   * @param trainingEnd first step after the training part
   */
  HoltWinters(int season, long trainingEnd) {
    this.season = season;
    this.trainingEnd = trainingEnd;
  }

  @Override
  public void step(long index, float value) {
    if (filter == null && index >= trainingEnd) {
      fit();
    }
    if (filter != null) {
      filter.step(value);
      return;
    }
    if (trained == training.length) {
      training = Arrays.copyOf(training, 2 * trained);
    }
    training[trained++] = value;
  }

  @Override
  public boolean ready() {
    return filter != null && filter.started();
  }

  @Override
  public float forecast(int lead) {
    return (float) filter.forecast(lead);
  }

  /** Pattern search: each parameter one step up or down while it helps, then half the step. */
  private void fit() {
    double[] best = START.clone();
    double loss = run(best).squaredErrors;
    for (double step = 0.2; step >= FINEST; step /= 2) {
      boolean helped = true;
      while (helped) {
        helped = false;
        for (int p = 0; p < best.length; p++) {
          for (double move : new double[] {step, -step}) {
            double[] tried = best.clone();
            tried[p] = Math.max(LOWEST[p], Math.min(HIGHEST[p], tried[p] + move));
            double triedLoss = run(tried).squaredErrors;
            if (triedLoss < loss) {
              loss = triedLoss;
              best = tried;
              helped = true;
            }
          }
        }
      }
    }
    filter = run(best);
    training = new float[0];
  }

  private Filter run(double[] parameters) {
    Filter made = new Filter(parameters, season);
    for (int t = 0; t < trained; t++) {
      made.step(training[t]);
    }
    return made;
  }

  /** The recursion for given parameters. The first season gives its start. */
  private static final class Filter {
    private final double alpha;
    private final double beta;
    private final double gamma;
    private final double phi;
    private final double[] seasonal;
    private double level;
    private double trend;
    private long steps;
    private double squaredErrors;

    Filter(double[] parameters, int season) {
      alpha = parameters[0];
      beta = parameters[1];
      gamma = parameters[2];
      phi = parameters[3];
      seasonal = new double[season];
    }

    boolean started() {
      return steps >= seasonal.length;
    }

    void step(float value) {
      int slot = (int) (steps % seasonal.length);
      if (!started()) {
        seasonal[slot] = value;
        steps++;
        if (started()) {
          start();
        }
        return;
      }
      double before = level + phi * trend;
      double error = Float.isNaN(value) ? 0 : value - before - seasonOf(slot);
      level = before + alpha * error;
      trend = phi * trend + alpha * beta * error;
      if (seasonal.length > 1) {
        seasonal[slot] += gamma * error;
      }
      squaredErrors += error * error;
      steps++;
    }

    private double seasonOf(int slot) {
      return seasonal.length > 1 ? seasonal[slot] : 0;
    }

    private void start() {
      level = Arrays.stream(seasonal).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
      if (Double.isNaN(level)) {
        steps = 0;
        return;
      }
      for (int i = 0; i < seasonal.length; i++) {
        seasonal[i] = Double.isNaN(seasonal[i]) ? 0 : seasonal[i] - level;
      }
    }

    double forecast(int lead) {
      double damping = phi * (1 - Math.pow(phi, lead)) / (1 - phi);
      return level + damping * trend + seasonOf((int) ((steps + lead - 1) % seasonal.length));
    }
  }
}
