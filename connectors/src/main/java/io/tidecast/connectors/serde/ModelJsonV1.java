package io.tidecast.connectors.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidecast.connectors.record.ModelRecord;
import java.io.IOException;

/**
 * Bytes of {@code <domain>.model.v1}: one field per component of {@link ModelRecord}, in its order
 * and under its name; times in RFC 3339 (UTC), absent losses null, the artifact in base64, or null
 * on a record of the decision alone.
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
          JsonWriting.orNull(json, "pinball", record.pinball());
          JsonWriting.orNull(json, "championPinball", record.championPinball());
          JsonWriting.orNull(json, "naivePinball", record.naivePinball());
          writeArtifact(json, record.artifact());
        });
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static ModelRecord read(byte[] bytes) {
    return JsonReading.object(ModelRecord.class, bytes);
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
