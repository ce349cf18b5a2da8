package io.tidecast.job.state;

import java.io.IOException;
import java.io.Serializable;
import java.util.function.UnaryOperator;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * How values of one type are stored. Stateless, so shared by threads; two of one name are equal.
 *
 * @param <T> type of the values
 */
final class Layout<T> implements Serializable {
  private static final long serialVersionUID = 1;

  private final String name;
  private final int version;
  private final Class<T> type;
  private final Writer<T> writer;
  private final Reader<T> reader;
  private final Copier<T> copier;

  /** Writes the newest layout. */
  @FunctionalInterface
  interface Writer<T> extends Serializable {
    void write(T value, DataOutputView out) throws IOException;
  }

  /** Reads a value that was written in layout {@code version}, 1 to the newest. */
  @FunctionalInterface
  interface Reader<T> extends Serializable {
    T read(int version, DataInputView in) throws IOException;
  }

  interface Copier<T> extends UnaryOperator<T>, Serializable {}

  /**
   * A layout of an immutable type.
   *
   * @param name in checkpoints; never changed
   * @param version number of the newest layout, from 1: what {@code writer} writes
   */
  Layout(String name, int version, Class<T> type, Writer<T> writer, Reader<T> reader) {
    this(name, version, type, writer, reader, value -> value);
  }

  /**
   * A layout of a mutable type.
   *
   * @param copier gives a value that later changes of the other do not reach
   */
  Layout(
      String name,
      int version,
      Class<T> type,
      Writer<T> writer,
      Reader<T> reader,
      Copier<T> copier) {
    this.name = name;
    this.version = version;
    this.type = type;
    this.writer = writer;
    this.reader = reader;
    this.copier = copier;
  }

  String name() {
    return name;
  }

  Class<T> type() {
    return type;
  }

  int version() {
    return version;
  }

  void write(T value, DataOutputView out) throws IOException {
    writer.write(value, out);
  }

  T read(int version, DataInputView in) throws IOException {
    return reader.read(version, in);
  }

  T copy(T value) {
    return copier.apply(value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout<?> that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }
}
