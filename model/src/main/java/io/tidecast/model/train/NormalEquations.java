package io.tidecast.model.train;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.DecompositionSolver;
import org.apache.commons.math3.linear.RealMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The normal equations of all predictors of ridge regressions: one Gram matrix holds those of every
 * shorter look-back, so that many can be tried for little more than one.
 *
 * <p>A missing target is what a map forecasts for it: fitted again a few times, that converges to
 * the fit of what is there (Healy and Westmacott 1956).
 */
final class NormalEquations {
  private static final int CHUNK = 1024;
  private static final int MAX_LOOKED_AT = 4000;
  // a covariate's level lasts for days: many origins, but few of them tell something new
  private static final double COVARIATE_RIDGE = 30;
  private static final int FILLED_IN_AGAIN = 4;
  private static final double FEW_MISSING = 0.01;

  private final RidgeRows rows;
  private final int[] leads;
  private final int predictors;
  private final INDArray read;
  private final INDArray targets;
  private final INDArray cross;
  private final double[] readRows;
  private final double[] targetRows;
  private final double[][] gram;
  private final LeadEquations own;
  private final double[][] ownProducts;
  private double[][] right;

  NormalEquations(OffHeap memory, RidgeRows rows, int[] leads) {
    this.rows = rows;
    this.leads = leads;
    predictors = rows.predictors();
    read = memory.doubles(CHUNK, predictors);
    targets = memory.doubles(CHUNK, leads.length);
    cross = memory.doubles(predictors, leads.length);
    readRows = new double[CHUNK * predictors];
    targetRows = new double[CHUNK * leads.length];
    own = new LeadEquations(memory, rows, leads, CHUNK);
    INDArray products = memory.doubles(predictors, predictors);
    accumulate(new double[0][], products);
    gram = OffHeap.rows(products);
    ownProducts = own.products();
  }

  /**
   * @param products receives the Gram matrix
   */
  private void accumulate(double[][] solution, INDArray... products) {
    cross.assign(0);
    own.clearTargets();
    for (int from = 0; from < rows.size(); from += CHUNK) {
      RidgeRows.requireNotInterrupted();
      Arrays.fill(readRows, 0);
      Arrays.fill(targetRows, 0);
      own.clearChunk();
      for (int i = from; i < Math.min(rows.size(), from + CHUNK); i++) {
        rows.read(i, readRows, (i - from) * predictors);
        own.read(i, i - from);
        fillTargets(i, i - from, solution);
      }
      read.data().asNioDouble().put(readRows);
      targets.data().asNioDouble().put(targetRows);
      for (INDArray gramSum : products) {
        Nd4j.gemm(read, read, gramSum, true, false, 1, 1);
        own.add(read, Math.min(CHUNK, rows.size() - from));
      }
      Nd4j.gemm(read, targets, cross, true, false, 1, 1);
    }
    right = OffHeap.rows(cross);
  }

  private void fillTargets(int i, int at, double[][] solution) {
    for (int h = 0; h < leads.length; h++) {
      double target =
          solution.length == 0 || rows.hasTarget(i, leads[h])
              ? rows.target(i, leads[h])
              : fitted(at, solution, h);
      targetRows[at * leads.length + h] = target;
      own.addTarget(at, h, target);
    }
  }

  private double fitted(int at, double[][] solution, int h) {
    double sum = own.fitted(at, h, solution, predictors);
    for (int k = 0; k < predictors; k++) {
      sum += readRows[at * predictors + k] * solution[k][h];
    }
    return sum;
  }

  /** Puts forecasts of a map in place of missing targets, where there are more than a few. */
  void fillIn(RidgeChoice choice) {
    if (missing() <= FEW_MISSING) {
      return;
    }
    for (int again = 0; again < FILLED_IN_AGAIN; again++) {
      double[][] all = new double[predictors + own.known()][leads.length];
      int[] read = rows.read(choice);
      double[][] solution = solve(choice);
      for (int k = 0; k < read.length; k++) {
        all[read[k]] = solution[k];
      }
      accumulate(all);
    }
  }

  private double missing() {
    int stride = rows.size() / MAX_LOOKED_AT + 1;
    int missing = 0;
    int count = 0;
    for (int i = 0; i < rows.size(); i += stride) {
      for (int lead : leads) {
        missing += rows.hasTarget(i, lead) ? 0 : 1;
        count++;
      }
    }
    return (double) missing / Math.max(1, count);
  }

  /** Weights {@code [predictors read][leads]}. */
  double[][] solve(RidgeChoice choice) {
    RidgeRows.requireNotInterrupted();
    int[] at = rows.shared(choice);
    double[][] left = new double[at.length][at.length];
    double[][] rightRows = new double[at.length][];
    for (int i = 0; i < at.length; i++) {
      for (int k = 0; k < at.length; k++) {
        left[i][k] = gram[at[i]][at[k]];
      }
      left[i][i] += penalty(choice, at[i]);
      rightRows[i] = right[at[i]];
    }
    RealMatrix penalised = new Array2DRowRealMatrix(left, false);
    DecompositionSolver solver = new CholeskyDecomposition(penalised, 1e-9, 0).getSolver();
    if (!choice.future()) {
      return solver.solve(new Array2DRowRealMatrix(rightRows, false)).getData();
    }
    double[][] products = new double[at.length][];
    Arrays.setAll(products, i -> ownProducts[at[i]]);
    return own.solve(solver, rightRows, products, penalties(choice));
  }

  private double[] penalties(RidgeChoice choice) {
    double[] penalties = new double[own.known()];
    Arrays.setAll(
        penalties,
        f -> rows.isPhaseAhead(f) ? COVARIATE_RIDGE * choice.penalty() : rows.stepsPerDay());
    return penalties;
  }

  private double penalty(RidgeChoice choice, int predictor) {
    if (rows.isPast(predictor) || rows.isProduct(predictor)) {
      return choice.penalty();
    }
    return rows.isIntercept(predictor) ? 1e-9 * rows.size() : COVARIATE_RIDGE * choice.penalty();
  }
}
