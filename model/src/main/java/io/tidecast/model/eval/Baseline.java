package io.tidecast.model.eval;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Quality;
import io.tidecast.model.Transform;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What people would use instead: a point forecast with the empirical quantiles of its own past
 * errors, per series and lead, in transformed values (so that those of a price are relative). The
 * median is the point forecast itself; the other levels never cross it.
 */
final class Baseline implements Method {
  /** Errors that count, per lead. */
  static final int ROLLING = 1000;

  private final String name;
  private final ForecasterConfig config;
  private final Supplier<PointForecaster> points;
  private final int errors;
  private final long errorsEnd;

  private Baseline(
      String name,
      ForecasterConfig config,
      Supplier<PointForecaster> points,
      int errors,
      long errorsEnd) {
    this.name = name;
    this.config = config;
    this.points = points;
    this.errors = errors;
    this.errorsEnd = errorsEnd;
  }

  /** With the quantiles of the newest {@link #ROLLING} errors known at the origin. */
  static Method rolling(String name, ForecasterConfig config, Supplier<PointForecaster> points) {
    return new Baseline(name, config, points, ROLLING, Long.MAX_VALUE);
  }

  /** With the quantiles of all errors of targets before {@code end}, fixed from there on. */
  static Method fixed(
      String name, ForecasterConfig config, Supplier<PointForecaster> points, long end) {
    return new Baseline(name, config, points, Integer.MAX_VALUE, end);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Session start() {
    return new Pass(0);
  }

  @Override
  public Session start(String series, double base) {
    return new Pass(base);
  }

  private final class Pass implements Session {
    private final PointForecaster point = points.get();
    private final int horizon = config.horizon();
    private final Transform transform = config.transform();
    private final double base;
    private final double transformedBase;
    private final ErrorQuantiles[] quantiles = new ErrorQuantiles[horizon];

    // points of the last origins, [origin mod horizon][lead - 1]
    private final float[][] made = new float[horizon][horizon];
    private final long[] origins = new long[horizon];
    private long next;
    private boolean begun;

    private Pass(double base) {
      this.base = base;
      transformedBase = base == 0 ? 0 : transform.exact(base);
      for (int h = 0; h < horizon; h++) {
        quantiles[h] = new ErrorQuantiles(errors);
        origins[h] = Long.MIN_VALUE;
      }
    }

    @Override
    public Optional<Forecast> step(ClosedStep step) {
      for (; begun && next < step.index(); next++) {
        point.step(next, Float.NaN);
      }
      begun = true;
      next = step.index() + 1;
      float value = transformed(step.value());
      if (!Float.isNaN(value)) {
        learn(step.index(), value);
      }
      point.step(step.index(), value);
      return Float.isNaN(value) || !point.ready()
          ? Optional.empty()
          : Optional.of(forecast(step.index()));
    }

    private float transformed(double raw) {
      return base == 0
          ? transform.apply((float) raw)
          : (float) (transform.exact(raw) - transformedBase);
    }

    private void learn(long target, float value) {
      for (int lead = 1; target < errorsEnd && lead <= horizon; lead++) {
        int slot = slot(target - lead);
        if (origins[slot] == target - lead) {
          quantiles[lead - 1].add(value - made[slot][lead - 1]);
        }
      }
    }

    private Forecast forecast(long origin) {
      int slot = slot(origin);
      origins[slot] = origin;
      float[][] out = new float[config.levels().size()][horizon];
      for (int h = 0; h < horizon; h++) {
        float middle = point.forecast(h + 1);
        made[slot][h] = middle;
        for (int j = 0; j < out.length; j++) {
          out[j][h] = limited(middle + offset(j, h));
        }
      }
      return new Forecast(origin, out, base, "", Quality.NAIVE);
    }

    private float offset(int j, int h) {
      int median = config.levels().median();
      if (j == median) {
        return 0;
      }
      float error = quantiles[h].get(config.levels().get(j));
      return j < median ? Math.min(0, error) : Math.max(0, error);
    }

    private float limited(float transformed) {
      double raw = transform.invert(transformedBase + transformed);
      return (float) (config.limits().nearest(raw) - base);
    }

    private int slot(long origin) {
      return (int) Math.floorMod(origin, (long) horizon);
    }
  }
}
