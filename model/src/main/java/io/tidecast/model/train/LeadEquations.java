package io.tidecast.model.train;

import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.DecompositionSolver;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The part of the normal equations that each lead has for itself: that of what is known of its
 * target. Once the shared predictors are eliminated, a small system per lead remains (Frisch and
 * Waugh 1933), so that one decomposition of the shared Gram matrix serves all leads.
 */
final class LeadEquations {
  private final RidgeRows rows;
  private final int[] leads;
  private final int known;
  private final double[] future;
  private final INDArray futureRows;
  private final INDArray products;
  private final double[][][] squares;
  private final double[][] right;

  /**
   * @param chunk rows that are taken at once
   */
  LeadEquations(OffHeap memory, RidgeRows rows, int[] leads, int chunk) {
    this.rows = rows;
    this.leads = leads;
    known = rows.known();
    future = new double[chunk * leads.length * known];
    futureRows = known == 0 ? null : memory.doubles(chunk, leads.length * known);
    products = known == 0 ? null : memory.doubles(rows.predictors(), leads.length * known);
    squares = new double[leads.length][known][known];
    right = new double[leads.length][known];
    if (known > 0) {
      products.assign(0);
    }
  }

  /** Number of values per lead. */
  int known() {
    return known;
  }

  /** Before the targets of all rows are taken once more. */
  void clearTargets() {
    for (double[] one : right) {
      Arrays.fill(one, 0);
    }
  }

  void clearChunk() {
    Arrays.fill(future, 0);
  }

  /** What is known at origin {@code i}, which is row {@code at} of the chunk. */
  void read(int i, int at) {
    if (known > 0) {
      rows.future(i, leads, future, at * leads.length * known);
    }
  }

  /** What the weights of a lead make of it. */
  double fitted(int at, int lead, double[][] solution, int shared) {
    double sum = 0;
    for (int f = 0; f < solution.length - shared; f++) {
      sum += value(at, lead, f) * solution[shared + f][lead];
    }
    return sum;
  }

  private double value(int at, int lead, int f) {
    return future[(at * leads.length + lead) * known + f];
  }

  void addTarget(int at, int lead, double target) {
    for (int f = 0; f < known; f++) {
      right[lead][f] += value(at, lead, f) * target;
    }
  }

  /**
   * Adds the products of a chunk.
   *
   * @param read {@code [chunk, shared]}
   */
  void add(INDArray read, int count) {
    if (known == 0) {
      return;
    }
    futureRows.data().asNioDouble().put(future);
    Nd4j.gemm(read, futureRows, products, true, false, 1, 1);
    for (int at = 0; at < count; at++) {
      for (int lead = 0; lead < leads.length; lead++) {
        addSquares(at, lead);
      }
    }
  }

  private void addSquares(int at, int lead) {
    for (int f = 0; f < known; f++) {
      double value = value(at, lead, f);
      for (int g = 0; value != 0 && g <= f; g++) {
        squares[lead][f][g] += value * value(at, lead, g);
      }
    }
  }

  /** The products of shared predictors with what is known of all leads. */
  double[][] products() {
    return known == 0 ? new double[rows.predictors()][0] : OffHeap.rows(products);
  }

  /**
   * Weights {@code [shared + known][leads]}.
   *
   * @param products of the shared predictors that are read
   * @param penalty of each value that is known
   */
  double[][] solve(
      DecompositionSolver shared, double[][] sharedRight, double[][] products, double[] penalty) {
    double[][] plain = shared.solve(new Array2DRowRealMatrix(sharedRight, false)).getData();
    double[][] explained = shared.solve(new Array2DRowRealMatrix(products, false)).getData();
    double[][] solution = Arrays.copyOf(plain, plain.length + known);
    for (int f = 0; f < known; f++) {
      solution[plain.length + f] = new double[leads.length];
    }
    for (int lead = 0; lead < leads.length; lead++) {
      double[] own = own(lead, plain, explained, products, penalty);
      for (int f = 0; f < known; f++) {
        solution[plain.length + f][lead] = own[f];
        for (int p = 0; p < plain.length; p++) {
          plain[p][lead] -= explained[p][lead * known + f] * own[f];
        }
      }
    }
    return solution;
  }

  private double[] own(
      int lead, double[][] plain, double[][] explained, double[][] products, double[] penalty) {
    double[][] left = new double[known][known];
    double[] rest = right[lead].clone();
    for (int f = 0; f < known; f++) {
      int column = lead * known + f;
      for (int g = 0; g <= f; g++) {
        left[f][g] = squares[lead][f][g];
        for (int p = 0; p < plain.length; p++) {
          left[f][g] -= products[p][column] * explained[p][lead * known + g];
        }
        left[g][f] = left[f][g];
      }
      left[f][f] += penalty[f];
      for (int p = 0; p < plain.length; p++) {
        rest[f] -= products[p][column] * plain[p][lead];
      }
    }
    return new CholeskyDecomposition(new Array2DRowRealMatrix(left, false), 1e-9, 0)
        .getSolver()
        .solve(new ArrayRealVector(rest, false))
        .toArray();
  }
}
