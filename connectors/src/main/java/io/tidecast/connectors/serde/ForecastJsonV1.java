package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.ForecastRecord;

/**
 * Bytes of {@code <domain>.forecast.v1}: {@code {"series","origin","step","horizon","levels":[..],
 * "quantiles":[[..] per level],"model","quality"}}, origin in RFC 3339 (UTC), step an ISO-8601
 * duration; where the steps vary with {@code "targets":[..]} behind the horizon, a time per lead. A
 * quantile is rounded to a power of ten that is at most a 200th of the width of its lead's widest
 * interval, and to seven digits; what is rounded reads back as the same float. Where single
 * precision is not enough for a series there are as many digits as that part of the width needs.
 */
public final class ForecastJsonV1 {
  private ForecastJsonV1() {}

  public static byte[] write(ForecastRecord record) {
    JsonBytes json = JsonBytes.object();
    json.name("series").text(record.series());
    json.name("origin").text(Times.text(record.origin()));
    json.name("step").text(record.step().toString());
    json.name("horizon").number(record.horizon());
    if (!record.targets().isEmpty()) {
      json.name("targets").begin();
      for (int i = 0; i < record.targets().size(); i++) {
        json.comma(i).text(Times.text(record.targets().get(i)));
      }
      json.end();
    }
    json.name("levels").numbers(record.levels());
    json.name("quantiles");
    if (record.base() == 0) {
      Digits.write(json, record.quantiles());
    } else {
      Digits.write(json, record.base(), record.quantiles());
    }
    json.name("model").text(record.model());
    json.name("quality").text(record.quality());
    return json.toBytes();
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static ForecastRecord read(byte[] bytes) {
    return JsonReading.objectWithOptions(FullQuantiles.class, ForecastRecord.class, bytes).record();
  }
}
