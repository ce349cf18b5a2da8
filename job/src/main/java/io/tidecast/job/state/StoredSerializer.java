package io.tidecast.job.state;

import java.io.IOException;
import java.util.Objects;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializer of a {@link Layout}. The layout's number stands once in the snapshot beside the state,
 * not in front of every value: a restored older snapshot reads the older layout and the state is
 * migrated; a newer one than this code knows is refused.
 */
final class StoredSerializer<T> extends TypeSerializer<T> {
  private static final long serialVersionUID = 1;

  private final Layout<T> layout;
  private final int version;

  StoredSerializer(Layout<T> layout, int version) {
    this.layout = layout;
    this.version = version;
  }

  @Override
  public void serialize(T value, DataOutputView out) throws IOException {
    layout.write(value, out);
  }

  @Override
  public T deserialize(DataInputView in) throws IOException {
    return layout.read(version, in);
  }

  @Override
  public T deserialize(T reuse, DataInputView in) throws IOException {
    return deserialize(in);
  }

  @Override
  public T copy(T from) {
    return layout.copy(from);
  }

  @Override
  public T copy(T from, T reuse) {
    return copy(from);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    serialize(deserialize(source), target);
  }

  @Override
  public boolean isImmutableType() {
    return false;
  }

  @Override
  public TypeSerializer<T> duplicate() {
    return this;
  }

  @Override
  public T createInstance() {
    return null;
  }

  @Override
  public int getLength() {
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredSerializer<?> that
        && layout.equals(that.layout)
        && version == that.version;
  }

  @Override
  public int hashCode() {
    return Objects.hash(layout, version);
  }

  @Override
  public TypeSerializerSnapshot<T> snapshotConfiguration() {
    return new Snapshot<>(layout);
  }

  /**
   * What a checkpoint says of the serializer: name and number of its layout.
   *
   * @param <T> type of the values
   */
  public static final class Snapshot<T> implements TypeSerializerSnapshot<T> {
    private Layout<T> layout;
    private int version;

    /** For Flink, which reads the fields next. */
    public Snapshot() {}

    Snapshot(Layout<T> layout) {
      this.layout = layout;
      this.version = layout.version();
    }

    @Override
    public int getCurrentVersion() {
      return 1;
    }

    @Override
    public void writeSnapshot(DataOutputView out) throws IOException {
      out.writeUTF(layout.name());
      out.writeInt(version);
    }

    @Override
    public void readSnapshot(int readVersion, DataInputView in, ClassLoader loader)
        throws IOException {
      layout = StoredTypes.layoutNamed(in.readUTF());
      version = in.readInt();
      if (version > layout.version()) {
        throw new IOException(
            "Expected layout "
                + layout.version()
                + " or older of "
                + layout.name()
                + " but the state was written in layout "
                + version);
      }
    }

    @Override
    public TypeSerializer<T> restoreSerializer() {
      return new StoredSerializer<>(layout, version);
    }

    @Override
    public TypeSerializerSchemaCompatibility<T> resolveSchemaCompatibility(
        TypeSerializerSnapshot<T> old) {
      if (!(old instanceof Snapshot<T> that) || !layout.equals(that.layout)) {
        return TypeSerializerSchemaCompatibility.incompatible();
      }
      return that.version == version
          ? TypeSerializerSchemaCompatibility.compatibleAsIs()
          : TypeSerializerSchemaCompatibility.compatibleAfterMigration();
    }
  }
}
