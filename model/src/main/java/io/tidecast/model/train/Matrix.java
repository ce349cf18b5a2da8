package io.tidecast.model.train;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A row-major float matrix outside the heap, with blocks of whole rows as operands of products.
 *
 * <p>Products call OpenBLAS on the array's own memory: at hidden size 32 building an ND4J operation
 * for each of the hundreds of small products of an update costs more than the products. Not thread
 * safe.
 */
final class Matrix {
  private final INDArray array; // keeps the memory
  private final FloatPointer pointer;
  private final FloatBuffer buffer;
  private final int rows;
  private final int columns;

  Matrix(INDArray array) {
    this.array = array;
    rows = array.rows();
    columns = array.columns();
    pointer = new FloatPointer(array.data().addressPointer());
    buffer = array.data().asNioFloat();
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  INDArray array() {
    return array;
  }

  int size() {
    return rows * columns;
  }

  /** From row {@code firstRow} on: {@code length} values, those from {@code from} on. */
  void write(int firstRow, float[] values, int from, int length) {
    buffer.position(firstRow * columns);
    buffer.put(values, from, length);
  }

  /** The other way round. */
  void read(int firstRow, float[] values, int from, int length) {
    buffer.position(firstRow * columns);
    buffer.get(values, from, length);
  }

  /** {@code this[row ..] = beta this[row ..] + a[aRow ..][n rows] b}. */
  void product(int row, Matrix a, int aRow, int n, Matrix b, float beta) {
    gemm(CblasNoTrans, CblasNoTrans, n, columns, a.columns, a, aRow, b, 0, beta, row);
  }

  /** {@code this[row ..] = beta this[row ..] + a[aRow ..][n rows] b^T}. */
  void productTransposed(int row, Matrix a, int aRow, int n, Matrix b, float beta) {
    gemm(CblasNoTrans, CblasTrans, n, columns, a.columns, a, aRow, b, 0, beta, row);
  }

  /** {@code this = beta this + a[aRow ..][n rows]^T b[bRow ..][n rows]}. */
  void transposedProduct(Matrix a, int aRow, Matrix b, int bRow, int n, float beta) {
    gemm(CblasTrans, CblasNoTrans, rows, columns, n, a, aRow, b, bRow, beta, 0);
  }

  /** {@code this[..][.. n columns] = a b[bRow ..][n rows]^T}. */
  void productByRows(Matrix a, Matrix b, int bRow, int n) {
    gemm(CblasNoTrans, CblasTrans, rows, n, a.columns, a, 0, b, bRow, 0, 0);
  }

  /** {@code this = beta this + a[..][.. n columns] b[bRow ..][n rows]}. */
  void productOfColumns(Matrix a, Matrix b, int bRow, int n, float beta) {
    gemm(CblasNoTrans, CblasNoTrans, rows, columns, n, a, 0, b, bRow, beta, 0);
  }

  /** {@code this[row ..][n rows] = a[..][.. n columns]^T b}. */
  void transposedColumns(int row, Matrix a, int n, Matrix b) {
    gemm(CblasTrans, CblasNoTrans, n, columns, a.rows, a, 0, b, 0, 0, row);
  }

  private void gemm(
      int transA,
      int transB,
      int m,
      int n,
      int k,
      Matrix a,
      int aRow,
      Matrix b,
      int bRow,
      float beta,
      int row) {
    cblas_sgemm(
        CblasRowMajor,
        transA,
        transB,
        m,
        n,
        k,
        1f,
        a.at(aRow),
        a.columns,
        b.at(bRow),
        b.columns,
        beta,
        at(row),
        columns);
  }

  private FloatPointer at(int row) {
    return pointer.position((long) row * columns);
  }
}
