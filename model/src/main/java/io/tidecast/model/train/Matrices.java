package io.tidecast.model.train;

import java.util.ArrayDeque;
import java.util.Deque;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.Nd4jBlas;

/**
 * Owner of the off-heap memory of one training: everything is allocated here before the first
 * update and released together. ND4J frees what is not closed only when the collector finds its
 * wrapper, which under retraining is far too late.
 */
final class Matrices implements AutoCloseable {
  static {
    // Without this, BLAS pools spin on cores that belong to other tasks: 20 times slower when busy.
    Nd4j.getEnvironment().setMaxThreads(1);
    Nd4j.getEnvironment().setMaxMasterThreads(1);
    ((Nd4jBlas) Nd4j.factory().blas()).setMaxThreads(1);
  }

  private final Deque<INDArray> arrays = new ArrayDeque<>();

  /** Zeros, float, row-major. */
  Matrix floats(int rows, int columns) {
    INDArray array = Nd4j.create(DataType.FLOAT, new long[] {rows, columns}, 'c');
    arrays.push(array);
    return new Matrix(array);
  }

  /** Zeros, double, row-major. */
  INDArray doubles(int rows, int columns) {
    INDArray array = Nd4j.create(DataType.DOUBLE, new long[] {rows, columns}, 'c');
    arrays.push(array);
    return array;
  }

  @Override
  public void close() {
    while (!arrays.isEmpty()) {
      arrays.pop().close();
    }
  }
}
