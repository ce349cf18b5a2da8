package io.tidecast.job.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.model.online.DriftTest;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/** Values as bytes, and what a value holds as text. */
final class StoredContent {
  static <T> byte[] written(TypeSerializer<T> serializer, T value) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(16);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }

  static <T> T read(TypeSerializer<T> serializer, byte[] bytes) throws IOException {
    DataInputDeserializer in = new DataInputDeserializer(bytes);
    T value = serializer.deserialize(in);
    assertEquals(0, in.available());
    return value;
  }

  /** Everything a value holds, arrays by content and floats by their bits. */
  static String content(Object value) throws Exception {
    if (value instanceof float[] floats) {
      List<Integer> bits = new ArrayList<>();
      for (float number : floats) {
        bits.add(Float.floatToRawIntBits(number));
      }
      return bits.toString();
    } else if (value instanceof double[] doubles) {
      return Arrays.toString(
          Arrays.stream(doubles).mapToLong(Double::doubleToRawLongBits).toArray());
    } else if (value instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    } else if (value instanceof int[] ints) {
      return Arrays.toString(ints);
    } else if (value instanceof long[] longs) {
      return Arrays.toString(longs);
    } else if (value instanceof DriftTest drift) {
      return content(drift.own())
          + content(drift.relative())
          + drift.ownEvidence()
          + drift.relativeEvidence()
          + drift.end();
    } else if (value instanceof SeriesMemory memory) {
      return memory.lastIndex()
          + " "
          + Arrays.toString(memory.toBytes())
          + memory.version()
          + memory.swappedAt()
          + memory.isApart();
    } else if (value instanceof List<?> list) {
      List<String> parts = new ArrayList<>();
      for (Object part : list) {
        parts.add(content(part));
      }
      return parts.toString();
    } else if (value instanceof Record) {
      StringBuilder parts = new StringBuilder(value.getClass().getSimpleName());
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        component.getAccessor().setAccessible(true);
        parts.append(' ').append(content(component.getAccessor().invoke(value)));
      }
      return parts.toString();
    }
    return String.valueOf(value);
  }

  private StoredContent() {}
}
