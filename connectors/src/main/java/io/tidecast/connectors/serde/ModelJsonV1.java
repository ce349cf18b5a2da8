package io.tidecast.connectors.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidecast.connectors.record.ModelRecord;
import java.io.IOException;
import java.time.Instant;

/**
 * Bytes of {@code <domain>.model.v1}: one field per component of {@link ModelRecord}, in its order
 * and under its name but the seconds, which are a header; times in RFC 3339 (UTC), what is absent
 * null, the artifact in base64, or null on a record of the decision alone.
 *
 * <p>The topic outlives versions of the product: fields that an earlier one did not write may be
 * absent, and what a later one adds is passed over.
 */
public final class ModelJsonV1 {
  private ModelJsonV1() {}

  public static byte[] write(ModelRecord record) {
    return JsonWriting.object(
        json -> {
          json.writeStringField("group", record.group());
          json.writeStringField("boundary", record.boundary().toString());
          json.writeStringField("validFrom", record.validFrom().toString());
          json.writeStringField("decision", record.decision());
          json.writeStringField("version", record.version());
          json.writeStringField("parent", record.parent());
          json.writeStringField("reason", record.reason());
          json.writeNumberField("windows", record.windows());
          json.writeNumberField("series", record.series());
          json.writeStringField("dataFrom", text(record.dataFrom()));
          json.writeStringField("dataTo", text(record.dataTo()));
          json.writeObjectField("observed", record.observed());
          json.writeObjectField("leftOut", record.leftOut());
          JsonWriting.orNull(json, "pinball", record.pinball());
          JsonWriting.orNull(json, "championPinball", record.championPinball());
          JsonWriting.orNull(json, "naivePinball", record.naivePinball());
          writeArtifact(json, record.artifact());
        });
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static ModelRecord read(byte[] bytes) {
    return JsonReading.objectOfAnyVersion(ModelRecord.class, bytes);
  }

  /**
   * Reads a value and its header.
   *
   * @param seconds that header; null if there is none
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static ModelRecord read(byte[] bytes, byte[] seconds) {
    return read(bytes).withSeconds(seconds);
  }

  private static String text(Instant time) {
    return time == null ? null : time.toString();
  }

  private static void writeArtifact(JsonGenerator json, byte[] artifact) throws IOException {
    json.writeFieldName("artifact");
    if (artifact.length == 0) {
      json.writeNull();
    } else {
      json.writeBinary(artifact);
    }
  }
}
