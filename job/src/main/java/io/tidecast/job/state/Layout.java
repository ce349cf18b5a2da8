package io.tidecast.job.state;

import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * How values of one type are stored. Stateless, so shared by threads.
 *
 * @param <T> type of the values
 */
interface Layout<T> extends Serializable {
  /** Name in checkpoints; never changed. */
  String name();

  Class<T> type();

  /** Number of the newest layout, from 1: what {@link #write} writes. */
  int version();

  void write(T value, DataOutputView out) throws IOException;

  /**
   * Reads a value.
   *
   * @param version number of the layout the value was written in, 1 to {@link #version()}
   */
  T read(int version, DataInputView in) throws IOException;

  /** A value that later changes of {@code value} do not reach; immutable types give themselves. */
  default T copy(T value) {
    return value;
  }
}
