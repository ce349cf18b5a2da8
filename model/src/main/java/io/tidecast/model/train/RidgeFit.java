package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.weights.HighwayWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The linear highway by ridge regression (Hoerl and Kennard 1970) in closed form: one Gram matrix,
 * one Cholesky decomposition, all leads at once.
 *
 * <p>With m the mean running scale of the series: {@code (x[t + h] - x[t]) / m} on {@code (x[t - k]
 * - x[t]) / m} for k from look-back - 1 down to 1, on {@code z[t] scale[t] / m} for the level z of
 * each covariate, and on {@code scale[t] / m}, whose weight is the intercept in units of the
 * running scale. Origins are observed; a missing target counts with the value carried forward in
 * the regression and not at all in the residuals, whose empirical quantiles are the spread.
 *
 * <p>A random walk has nothing to read but its last value: its residuals are its changes, and their
 * quantiles in units of the running volatility are all there is to fit.
 */
final class RidgeFit {
  private static final int CHUNK = 1024;
  private static final int MAX_RESIDUALS = 20_000;
  // a covariate's level lasts for days: many origins, but few of them tell something new
  private static final double COVARIATE_RIDGE = 30;

  private final ForecasterConfig config;
  private final double ridge;
  private final boolean walk;
  private final int lookBack;
  private final int horizon;
  private final int covariates;
  private final int predictors;

  RidgeFit(ForecasterConfig config, double ridge) {
    this.config = config;
    this.ridge = ridge;
    walk = config.transform().isRandomWalk();
    lookBack = walk ? 1 : config.history();
    horizon = config.horizon();
    covariates = walk ? 0 : config.covariates().size();
    predictors = lookBack + covariates;
  }

  /** One origin of the regression. */
  private record Origin(SeriesRows series, int row, double unit) {}

  /**
   * @param set of which the origins whose targets all lie before {@code step} are used
   * @return empty if there are fewer origins than the series keeps values
   */
  Optional<HighwayWeights> fit(TrainingSet set, long step) {
    List<Origin> origins = origins(set, step);
    if (origins.size() < config.history()) {
      return Optional.empty();
    }
    if (walk) {
      return Optional.of(weights(new Array2DRowRealMatrix(predictors, horizon), origins));
    }
    try (OffHeap memory = new OffHeap()) {
      RealMatrix solution = solve(memory, origins);
      return Optional.of(weights(solution, origins));
    }
  }

  private List<Origin> origins(TrainingSet set, long step) {
    List<Origin> origins = new ArrayList<>();
    for (SeriesRows series : set.series()) {
      int end = series.rowOf(step);
      double unit = series.meanScale(end);
      for (int r = Math.max(lookBack - 1, series.firstUsable()); r < end - horizon; r++) {
        if (series.isOrigin(r, unit)) {
          origins.add(new Origin(series, r, unit));
        }
      }
    }
    return origins;
  }

  private RealMatrix solve(OffHeap memory, List<Origin> origins) {
    INDArray read = memory.doubles(CHUNK, predictors);
    INDArray targets = memory.doubles(CHUNK, horizon);
    INDArray gram = memory.doubles(predictors, predictors);
    INDArray cross = memory.doubles(predictors, horizon);
    double[] readRows = new double[CHUNK * predictors];
    double[] targetRows = new double[CHUNK * horizon];
    for (int from = 0; from < origins.size(); from += CHUNK) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("training was interrupted");
      }
      Arrays.fill(readRows, 0);
      Arrays.fill(targetRows, 0);
      for (int i = from; i < Math.min(origins.size(), from + CHUNK); i++) {
        fill(origins.get(i), readRows, (i - from) * predictors, targetRows, (i - from) * horizon);
      }
      read.data().asNioDouble().put(readRows);
      targets.data().asNioDouble().put(targetRows);
      Nd4j.gemm(read, read, gram, true, false, 1, 1);
      Nd4j.gemm(read, targets, cross, true, false, 1, 1);
    }
    RealMatrix penalised = matrix(gram);
    for (int i = 0; i < predictors; i++) {
      penalised.addToEntry(i, i, penalty(i, origins.size()));
    }
    return new CholeskyDecomposition(penalised, 1e-9, 0).getSolver().solve(matrix(cross));
  }

  private double penalty(int predictor, int origins) {
    if (predictor < lookBack - 1) {
      return ridge;
    }
    return predictor < predictors - 1 ? COVARIATE_RIDGE * ridge : 1e-9 * origins;
  }

  private void fill(Origin origin, double[] read, int p, double[] targets, int y) {
    SeriesRows series = origin.series();
    int row = origin.row();
    double last = series.x()[row];
    // as the member online reads them
    double limit = HighwayWeights.MAX_DEVIATION * (double) series.scale()[row];
    for (int i = 0; i < lookBack - 1; i++) {
      double deviation = series.x()[row - lookBack + 1 + i] - last;
      read[p + i] = Math.max(-limit, Math.min(limit, deviation)) / origin.unit();
    }
    double scale = series.scale()[row] / origin.unit();
    for (int k = 0; k < covariates; k++) {
      read[p + lookBack - 1 + k] =
          series.inputs()[row][InputLayout.of(config).covariateLevel(k)] * scale;
    }
    read[p + predictors - 1] = scale;
    for (int h = 0; h < horizon; h++) {
      targets[y + h] = (series.x()[row + 1 + h] - last) / origin.unit();
    }
  }

  private static RealMatrix matrix(INDArray array) {
    double[] flat = new double[array.rows() * array.columns()];
    array.data().asNioDouble().get(flat);
    double[][] rows = new double[array.rows()][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Arrays.copyOfRange(flat, r * array.columns(), (r + 1) * array.columns());
    }
    return new Array2DRowRealMatrix(rows, false);
  }

  private HighwayWeights weights(RealMatrix solution, List<Origin> origins) {
    int width = lookBack - 1;
    float[] weight = new float[horizon * width];
    float[] covariateWeight = new float[horizon * covariates];
    float[] intercept = new float[horizon];
    for (int h = 0; h < horizon; h++) {
      for (int i = 0; i < width; i++) {
        weight[h * width + i] = (float) solution.getEntry(i, h);
      }
      for (int k = 0; k < covariates; k++) {
        covariateWeight[h * covariates + k] = (float) solution.getEntry(width + k, h);
      }
      intercept[h] = (float) solution.getEntry(predictors - 1, h);
    }
    return new HighwayWeights(
        horizon,
        lookBack,
        config.levels().size(),
        weight,
        covariateWeight,
        intercept,
        residualQuantiles(solution, origins));
  }

  private float[] residualQuantiles(RealMatrix solution, List<Origin> origins) {
    int stride = (origins.size() + MAX_RESIDUALS - 1) / MAX_RESIDUALS;
    Quantiles[] residuals = new Quantiles[horizon];
    for (int h = 0; h < horizon; h++) {
      residuals[h] = new Quantiles(origins.size() / stride + 1);
    }
    double[] read = new double[predictors];
    double[] targets = new double[horizon];
    double[][] columns = solution.transpose().getData();
    for (int i = 0; i < origins.size(); i += stride) {
      Origin origin = origins.get(i);
      fill(origin, read, 0, targets, 0);
      for (int h = 0; h < horizon; h++) {
        if (origin.series().observed()[origin.row() + 1 + h]) {
          double fitted = dot(columns[h], read);
          residuals[h].add(
              (targets[h] - fitted) * origin.unit() / origin.series().scale()[origin.row()]);
        }
      }
    }
    float[] quantiles = new float[horizon * config.levels().size()];
    for (int h = 0; h < horizon; h++) {
      for (int j = 0; j < config.levels().size(); j++) {
        quantiles[h * config.levels().size() + j] = (float) residuals[h].at(config.levels().get(j));
      }
    }
    return quantiles;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
