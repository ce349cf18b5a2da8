package io.tidecast.job.state;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * Ties a class to its hand-written layout, so that no value of it falls to a generic serializer.
 *
 * @param <T> the class
 */
final class StoredType<T> extends TypeInformation<T> {
  private static final long serialVersionUID = 1;

  private final Layout<T> layout;

  StoredType(Layout<T> layout) {
    this.layout = layout;
  }

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<T> getTypeClass() {
    return layout.type();
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<T> createSerializer(SerializerConfig config) {
    return new StoredSerializer<>(layout, layout.version());
  }

  @Override
  public String toString() {
    return layout.name();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredType<?> that && layout.equals(that.layout);
  }

  @Override
  public int hashCode() {
    return layout.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof StoredType;
  }
}
