package io.tidecast.model.artifact;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The container format: float tensors and string metadata. */
final class Safetensors {
  private static final String METADATA = "__metadata__";
  private static final int LENGTH_BYTES = 8;
  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new TreeMap<>();

  private Safetensors() {}

  static byte[] write(List<Tensor> tensors, Map<String, String> metadata) {
    ObjectNode header = JSON.createObjectNode();
    ObjectNode strings = header.putObject(METADATA);
    new TreeMap<>(metadata).forEach(strings::put);
    long offset = 0;
    for (Tensor tensor : tensors) {
      ObjectNode entry = header.putObject(tensor.name());
      entry.put("dtype", "F32");
      ArrayNode shape = entry.putArray("shape");
      Arrays.stream(tensor.shape()).forEach(shape::add);
      entry.putArray("data_offsets").add(offset).add(offset += bytes(tensor));
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(LENGTH_BYTES + padded + offset))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(padded).put(json);
    while (out.position() < LENGTH_BYTES + padded) {
      out.put((byte) ' ');
    }
    for (Tensor tensor : tensors) {
      out.asFloatBuffer().put(tensor.values());
      out.position(out.position() + bytes(tensor));
    }
    return out.array();
  }

  private static int bytes(Tensor tensor) {
    return Float.BYTES * tensor.values().length;
  }

  static Safetensors read(byte[] bytes) throws InvalidArtifactException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < LENGTH_BYTES) {
      throw new InvalidArtifactException(
          "truncated: expected at least 8 bytes but found " + bytes.length);
    }
    long length = in.getLong();
    if (length < 2 || length > bytes.length - LENGTH_BYTES) {
      throw new InvalidArtifactException(
          "truncated or foreign: the header has "
              + Long.toUnsignedString(length)
              + " bytes but "
              + (bytes.length - LENGTH_BYTES)
              + " follow");
    }
    JsonNode header = header(bytes, (int) length);
    in.position(LENGTH_BYTES + (int) length);
    return new Safetensors().parse(header, in.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static JsonNode header(byte[] bytes, int length) throws InvalidArtifactException {
    try {
      JsonNode header = JSON.readTree(bytes, LENGTH_BYTES, length);
      if (!header.isObject()) {
        throw new InvalidArtifactException("foreign: the header is not a JSON object");
      }
      return header;
    } catch (JsonProcessingException e) {
      throw new InvalidArtifactException("foreign: the header is not JSON", e);
    } catch (IOException e) {
      throw new IllegalStateException("an array in memory cannot fail", e);
    }
  }

  private Safetensors parse(JsonNode header, ByteBuffer data) throws InvalidArtifactException {
    long end = 0;
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (entry.getKey().equals(METADATA)) {
        entry.getValue().properties().forEach(m -> metadata.put(m.getKey(), m.getValue().asText()));
      } else {
        end = parseTensor(entry.getKey(), entry.getValue(), data, end);
      }
    }
    if (end != data.limit()) {
      throw new InvalidArtifactException(
          "truncated: expected " + end + " bytes of tensors but found " + data.limit());
    }
    return this;
  }

  private long parseTensor(String name, JsonNode entry, ByteBuffer data, long start)
      throws InvalidArtifactException {
    if (!entry.path("dtype").asText().equals("F32")) {
      throw new InvalidArtifactException("foreign: expected dtype F32 in " + name);
    }
    int[] shape = new int[entry.path("shape").size()];
    long size = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = entry.path("shape").path(i).asInt(-1);
      size = shape[i] < 0 || size > data.limit() ? -1 : size * shape[i];
      if (size < 0) {
        throw new InvalidArtifactException("damaged: shape of " + name);
      }
    }
    long end = start + Float.BYTES * size;
    JsonNode offsets = entry.path("data_offsets");
    if (offsets.path(0).asLong(-1) != start || offsets.path(1).asLong(-1) != end) {
      throw new InvalidArtifactException(
          "damaged: expected " + name + " at bytes " + start + " to " + end);
    }
    if (end > data.limit()) {
      throw new InvalidArtifactException(
          "truncated: " + name + " ends at byte " + end + " of " + data.limit());
    }
    float[] values = new float[(int) size];
    data.position((int) start);
    data.asFloatBuffer().get(values);
    tensors.put(name, new Tensor(name, values, shape));
    return end;
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  /**
   * @param shape expected; -1 accepts any size
   */
  Tensor tensor(String name, int... shape) throws InvalidArtifactException {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new InvalidArtifactException("damaged: " + name + " is missing");
    }
    boolean fits = tensor.shape().length == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] < 0 || shape[i] == tensor.shape()[i];
    }
    if (!fits) {
      throw new InvalidArtifactException(
          "damaged: expected shape "
              + Arrays.toString(shape)
              + " of "
              + name
              + " but found "
              + Arrays.toString(tensor.shape()));
    }
    tensor.requireFinite();
    return tensor;
  }

  /** Value of a metadata key; empty if absent. */
  String metadata(String key) {
    return metadata.getOrDefault(key, "");
  }
}
