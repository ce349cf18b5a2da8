package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.AnomalyRecord;

/**
 * Bytes of {@code <domain>.anomaly.v1}: one field per component of {@link AnomalyRecord}, in its
 * order and under its name; time in RFC 3339 (UTC), what was not forecast null.
 */
public final class AnomalyJsonV1 {
  private AnomalyJsonV1() {}

  public static byte[] write(AnomalyRecord record) {
    return JsonWriting.object(
        json -> {
          json.writeStringField("series", record.series());
          json.writeStringField("time", Times.text(record.time()));
          json.writeNumberField("value", record.value());
          JsonWriting.orNull(json, "lower", record.lower());
          JsonWriting.orNull(json, "median", record.median());
          JsonWriting.orNull(json, "upper", record.upper());
          json.writeNumberField("score", record.score());
          json.writeStringField("direction", record.direction());
          json.writeNumberField("run", record.run());
          json.writeStringField("cause", record.cause());
        });
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static AnomalyRecord read(byte[] bytes) {
    return JsonReading.object(AnomalyRecord.class, bytes);
  }
}
