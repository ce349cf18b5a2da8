package io.tidecast.model.train;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The recurrent member's loss in double, in plain loops in the order of the equations. */
final class ReferenceNetwork {
  private final ForecasterConfig config;
  private final float[] unit;
  private final BaseForecast base;
  private final int hidden;
  // no parameter changes them, and a gradient asks for them thousands of times
  private final Map<Origin, Given> given = new HashMap<>();

  private record Origin(SeriesRows rows, int row) {}

  /** What is known of the targets, {@code [horizon, known]}, and where forecasts begin. */
  private record Given(float[] future, float[] near) {}

  ReferenceNetwork(ForecasterConfig config, float[] unit, BaseForecast base) {
    this.config = config;
    this.unit = unit;
    this.base = base;
    hidden = config.cell().hidden();
  }

  /** Mean pinball loss over cells and levels. */
  double loss(WindowBatch batch, double[] p) {
    double sum = 0;
    long cells = 0;
    for (WindowBatch.Window window : batch.windows()) {
      double[][] h = new double[config.cell().layers()][hidden];
      double[][] c = new double[config.cell().layers()][hidden];
      for (int row = window.from(); row < window.to(); row++) {
        double[] x = inputs(window, row);
        int at = 0;
        for (int layer = 0; layer < h.length; layer++) {
          at = step(x, h[layer], c[layer], p, at);
          x = h[layer];
        }
        if (row < window.lossFrom() || !window.rows().isOrigin(row, window.meanScale())) {
          continue;
        }
        for (int lead = 1; lead <= config.horizon(); lead++) {
          int target = row + lead;
          if (target < window.targetEnd() && window.rows().observed()[target]) {
            sum += cell(window, row, lead, x, p, at);
            cells++;
          }
        }
      }
    }
    return sum / cells / config.levels().size();
  }

  private double[] inputs(WindowBatch.Window window, int row) {
    boolean[] odd = InputLayout.of(config).odd();
    double[] x = new double[odd.length];
    for (int i = 0; i < x.length; i++) {
      float value = window.rows().inputs()[row][i];
      x[i] = (window.negated() && odd[i] ? -value : value) + window.shift()[i];
    }
    return x;
  }

  /** Steps h and c in place; returns where the next layer's parameters begin. */
  private int step(double[] x, double[] h, double[] c, double[] p, int at) {
    CellConfig.Kind kind = config.cell().kind();
    int rows = kind == CellConfig.Kind.LSTM ? 4 * hidden : hidden;
    int hh = at + rows * x.length;
    int bias = kind == CellConfig.Kind.FEED_FORWARD ? hh : hh + rows * hidden;
    double[] z = new double[rows];
    for (int k = 0; k < z.length; k++) {
      z[k] = p[bias + k];
      for (int i = 0; i < x.length; i++) {
        z[k] += p[at + k * x.length + i] * x[i];
      }
      for (int i = 0; i < hidden && bias > hh; i++) {
        z[k] += p[hh + k * hidden + i] * h[i];
      }
    }
    if (kind == CellConfig.Kind.LSTM) {
      stepGates(z, h, c);
    } else {
      Arrays.setAll(h, k -> Math.tanh(z[k]));
    }
    return bias + rows;
  }

  private void stepGates(double[] z, double[] h, double[] c) {
    for (int k = 0; k < hidden; k++) {
      double input = sigmoid(z[k]);
      double forget = sigmoid(z[hidden + k]);
      double candidate = Math.tanh(z[2 * hidden + k]);
      double output = sigmoid(z[3 * hidden + k]);
      c[k] = forget * c[k] + input * candidate;
      h[k] = output * Math.tanh(c[k]);
    }
  }

  private double cell(
      WindowBatch.Window window, int row, int lead, double[] h, double[] p, int head) {
    int levels = config.levels().size();
    int median = config.levels().median();
    double[] o = new double[levels];
    int outputs = config.horizon() * levels;
    Given given = given(window.rows(), row);
    for (int j = 0; j < levels; j++) {
      int k = (lead - 1) * levels + j;
      o[j] = p[head + outputs * hidden + k];
      for (int i = 0; i < hidden; i++) {
        o[j] += p[head + k * hidden + i] * h[i];
      }
      o[j] += ofFuture(given, lead, p, head + outputs * (hidden + 1) + config.horizon(), k);
    }
    double sign = window.negated() ? -1 : 1;
    float[] x = window.rows().x();
    int season = config.season();
    int back = row + lead - season * (int) Math.ceil((double) lead / season);
    double last = sign * x[row];
    double naive = back < 0 ? last : sign * x[back];
    double a = sigmoid(p[head + outputs * (hidden + 1) + lead - 1]);
    double u = (double) window.rows().scale()[row] * unit[lead - 1];
    double[] q = new double[levels];
    double from = last + sign * given.near()[lead - 1] * window.rows().scale()[row];
    q[median] = a * from + (1 - a) * naive + u * o[median];
    for (int j = median + 1; j < levels; j++) {
      q[j] = q[j - 1] + u * Math.log1p(Math.exp(o[j]));
    }
    for (int j = median - 1; j >= 0; j--) {
      q[j] = q[j + 1] - u * Math.log1p(Math.exp(o[j]));
    }
    double loss = 0;
    for (int j = 0; j < levels; j++) {
      double level = config.levels().get(j);
      double error = sign * x[row + lead] - q[j];
      loss += Math.max(level * error, (level - 1) * error);
    }
    return loss / window.meanScale();
  }

  private double ofFuture(Given given, int lead, double[] p, int weights, int output) {
    int size = KnownFuture.size(config);
    double sum = 0;
    for (int f = 0; f < size; f++) {
      sum += p[weights + output * size + f] * given.future()[(lead - 1) * size + f];
    }
    return sum;
  }

  private Given given(SeriesRows rows, int row) {
    return given.computeIfAbsent(
        new Origin(rows, row),
        origin -> {
          float[] future = new float[config.horizon() * KnownFuture.size(config)];
          new KnownFuture(config).fill(rows.at(row, config.horizon()), rows.steps()[row], future);
          float[] near = new float[config.horizon()];
          base.fill(rows, row, near);
          return new Given(future, near);
        });
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
