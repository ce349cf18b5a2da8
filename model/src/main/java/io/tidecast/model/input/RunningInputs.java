package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the inputs of the recurrent member need besides lagged values: the running scales of target
 * and covariates and the exponential averages of the target. Small and of constant size, so that a
 * second one can trail behind at the start of the history.
 */
final class RunningInputs {
  private static final int[] LEVEL_SPANS = {6, 24, 168, 720};
  private static final int[] WALK_SPANS = {3, 10, 30, 100};
  private static final int WALK_CHANGE_SPAN = 60;
  // no overflow, and no difference to a count without end
  private static final int MAX_AVERAGED = 1_000_000;

  private final Transform transform;
  private final int[] spans;
  private final RunningScale target;
  private final RunningScale[] covariates;
  private final double[] averages;
  private int averaged;

  RunningInputs(ForecasterConfig config) {
    transform = config.transform();
    spans = transform.isRandomWalk() ? WALK_SPANS : LEVEL_SPANS;
    target = new RunningScale(changeSpan(transform));
    covariates = new RunningScale[config.covariates().size()];
    for (int i = 0; i < covariates.length; i++) {
      covariates[i] = new RunningScale(RunningScale.LEVEL_SPAN);
    }
    averages = new double[spans.length];
  }

  private static int changeSpan(Transform transform) {
    return transform.isRandomWalk() ? WALK_CHANGE_SPAN : RunningScale.LEVEL_SPAN;
  }

  static int averages() {
    return LEVEL_SPANS.length;
  }

  static int bytes(int covariates) {
    return (1 + covariates) * RunningScale.BYTES
        + LEVEL_SPANS.length * Double.BYTES
        + Integer.BYTES;
  }

  /** Takes the row of {@code history} that was stepped as number {@code row}. */
  void step(InputHistory history, long row) {
    float x = history.target(row);
    take(target, x, history.missing(row, 0));
    for (int i = 0; i < covariates.length; i++) {
      take(covariates[i], history.covariate(row, i), history.missing(row, 1 + i));
    }
    averaged = Math.min(MAX_AVERAGED, averaged + 1);
    for (int i = 0; i < averages.length; i++) {
      averages[i] += Math.max(1.0 / spans[i], 1.0 / averaged) * (x - averages[i]);
    }
  }

  private static void take(RunningScale scale, float x, boolean missing) {
    if (missing) {
      scale.miss();
    } else {
      scale.observe(x);
    }
  }

  /** As if the target had always been higher by {@code by}. */
  void shift(double by) {
    target.shift(by);
    for (int i = 0; i < averages.length; i++) {
      averages[i] += by;
    }
  }

  /** See {@link RunningScale#forgive}. */
  void forgive() {
    target.forgive();
  }

  boolean ready() {
    return target.warm();
  }

  RunningScale target() {
    return target;
  }

  /** Unit of a forecast: the running scale of the level, or of the changes of a random walk. */
  double scale() {
    if (!target.varied()) {
      return guess();
    }
    return transform.isRandomWalk() ? target.changeScale() : target.levelScale();
  }

  /** One value tells nothing of a scale: a tenth of it, or a change of a fiftieth. */
  private double guess() {
    return switch (transform) {
      case LEVEL -> Math.max(0.1 * Math.abs(target.last()), target.levelScale());
      case RANDOM_WALK -> Math.max(0.02 * Math.abs(target.last()), target.changeScale());
      case LOG_RETURN -> 0.02;
    };
  }

  /** Distance of {@code x} from average {@code i}, in standard deviations. */
  double deviation(int i, double x) {
    double unit = transform.isRandomWalk() ? scale() * Math.sqrt(spans[i]) : scale();
    return (x - averages[i]) / unit;
  }

  RunningScale covariate(int i) {
    return covariates[i];
  }

  void set(RunningInputs other) {
    target.set(other.target);
    for (int i = 0; i < covariates.length; i++) {
      covariates[i].set(other.covariates[i]);
    }
    System.arraycopy(other.averages, 0, averages, 0, averages.length);
    averaged = other.averaged;
  }

  void write(DataOutput out) throws IOException {
    target.write(out);
    for (RunningScale covariate : covariates) {
      covariate.write(out);
    }
    for (double average : averages) {
      out.writeDouble(average);
    }
    out.writeInt(averaged);
  }

  void read(DataInput in) throws IOException {
    target.read(in);
    for (RunningScale covariate : covariates) {
      covariate.read(in);
    }
    for (int i = 0; i < averages.length; i++) {
      averages[i] = in.readDouble();
    }
    averaged = in.readInt();
  }
}
