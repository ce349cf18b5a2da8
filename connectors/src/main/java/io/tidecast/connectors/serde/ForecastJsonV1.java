package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.ForecastRecord;

/**
 * Bytes of {@code <domain>.forecast.v1}: {@code {"series","origin","step","horizon","levels":[..],
 * "quantiles":[[..] per level],"model","quality"}}, origin in RFC 3339 (UTC), step an ISO-8601
 * duration. A quantile is rounded to a power of ten that is at most a 200th of the width of its
 * lead's widest interval, and to seven digits; what is rounded reads back as the same float.
 */
public final class ForecastJsonV1 {
  private ForecastJsonV1() {}

  public static byte[] write(ForecastRecord record) {
    return JsonWriting.object(
        json -> {
          json.writeStringField("series", record.series());
          json.writeStringField("origin", record.origin().toString());
          json.writeStringField("step", record.step().toString());
          json.writeNumberField("horizon", record.horizon());
          JsonWriting.levels(json, record.levels());
          json.writeFieldName("quantiles");
          Digits.write(json, record.quantiles());
          json.writeStringField("model", record.model());
          json.writeStringField("quality", record.quality());
        });
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static ForecastRecord read(byte[] bytes) {
    return JsonReading.object(ForecastRecord.class, bytes);
  }
}
