package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.ObservationRecord;
import java.util.Map;

/**
 * Writes {@code <domain>.observation.v1}: {@code {"stream","time","values":{name:number}}}, time in
 * RFC 3339 (UTC). {@link ObservationDecoder} reads it, and what others write.
 */
public final class ObservationJsonV1 {
  private ObservationJsonV1() {}

  public static byte[] write(ObservationRecord record) {
    return JsonWriting.object(
        json -> {
          json.writeStringField("stream", record.stream());
          json.writeStringField("time", Times.text(record.time()));
          json.writeObjectFieldStart("values");
          for (Map.Entry<String, Double> value : record.values().entrySet()) {
            json.writeNumberField(value.getKey(), value.getValue());
          }
          json.writeEndObject();
        });
  }
}
