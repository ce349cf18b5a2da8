package io.tidecast.model.train;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.deallocation.DeallocatorService;
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
    startNd4j();
    // Without this, BLAS pools spin on cores that belong to other tasks: 20 times slower when busy.
    Nd4j.getEnvironment().setMaxThreads(1);
    Nd4j.getEnvironment().setMaxMasterThreads(1);
    ((Nd4jBlas) Nd4j.factory().blas()).setMaxThreads(1);
  }

  private static final AtomicLong OPEN_BYTES = new AtomicLong();

  private final Deque<INDArray> arrays = new ArrayDeque<>();

  /**
   * Loads ND4J, the threads of which outlive a job. A thread keeps the classes that were on the
   * stack of whoever started it (its inherited access control context), and the first job of a
   * TaskManager would never be unloaded. So no class of ours is there: a worker that the JDK starts
   * calls ND4J's own method.
   */
  private static void startNd4j() {
    ND4JClassLoading.setNd4jClassloader(Nd4j.class.getClassLoader());
    ForkJoinPool clean = new ForkJoinPool(1);
    try {
      MethodHandle start =
          MethodHandles.publicLookup()
              .findStatic(
                  Nd4j.class,
                  "getDeallocatorService",
                  MethodType.methodType(DeallocatorService.class));
      clean.submit(MethodHandleProxies.asInterfaceInstance(Runnable.class, start)).join();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    } finally {
      clean.shutdown();
    }
  }

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
