package io.tidecast.model.train;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.Nd4jBlas;

/**
 * Owner of the off-heap memory of one training: everything is allocated here before the first
 * update and released together. ND4J frees what is not closed only when the collector finds its
 * wrapper, which under retraining is far too late.
 */
final class OffHeap implements AutoCloseable {
  static {
    // Without this, BLAS pools spin on cores that belong to other tasks: 20 times slower when busy.
    Nd4j.getEnvironment().setMaxThreads(1);
    Nd4j.getEnvironment().setMaxMasterThreads(1);
    ((Nd4jBlas) Nd4j.factory().blas()).setMaxThreads(1);
  }

  private static final AtomicLong OPEN_BYTES = new AtomicLong();

  private final Deque<INDArray> arrays = new ArrayDeque<>();

  /** Zeros, float, row-major. */
  Matrix floats(int rows, int columns) {
    return new Matrix(create(DataType.FLOAT, rows, columns));
  }

  /** Zeros, double, row-major. */
  INDArray doubles(int rows, int columns) {
    return create(DataType.DOUBLE, rows, columns);
  }

  private INDArray create(DataType type, int rows, int columns) {
    INDArray array = Nd4j.create(type, new long[] {rows, columns}, 'c');
    arrays.push(array);
    OPEN_BYTES.addAndGet(bytes(array));
    return array;
  }

  /** What a matrix of doubles holds, {@code [rows][columns]}. */
  static double[][] rows(INDArray array) {
    double[] flat = new double[array.rows() * array.columns()];
    array.data().asNioDouble().get(flat);
    double[][] rows = new double[array.rows()][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Arrays.copyOfRange(flat, r * array.columns(), (r + 1) * array.columns());
    }
    return rows;
  }

  private static long bytes(INDArray array) {
    return array.length() * array.dataType().width();
  }

  /** Bytes outside the heap that trainings of this JVM hold now. */
  static long openBytes() {
    return OPEN_BYTES.get();
  }

  @Override
  public void close() {
    while (!arrays.isEmpty()) {
      INDArray array = arrays.pop();
      long bytes = bytes(array);
      array.close();
      OPEN_BYTES.addAndGet(-bytes);
    }
  }
}
