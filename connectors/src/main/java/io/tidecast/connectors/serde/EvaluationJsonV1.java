package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.EvaluationRecord;
import java.util.Arrays;

/**
 * Bytes of {@code <domain>.evaluation.v1}: one field per component of {@link EvaluationRecord}, in
 * its order and under its name; time in RFC 3339 (UTC), period and step ISO-8601 durations. Sums
 * are rounded to seven digits.
 */
public final class EvaluationJsonV1 {
  private EvaluationJsonV1() {}

  public static byte[] write(EvaluationRecord record) {
    return JsonWriting.object(
        json -> {
          json.writeStringField("series", record.series());
          json.writeStringField("time", record.time().toString());
          json.writeStringField("period", record.period().toString());
          json.writeStringField("step", record.step().toString());
          json.writeStringField("model", record.model());
          JsonWriting.levels(json, record.levels());
          JsonWriting.field(json, "count", record.count());
          JsonWriting.field(json, "absoluteError", Digits.ofSums(record.absoluteError()));
          JsonWriting.field(json, "squaredError", Digits.ofSums(record.squaredError()));
          JsonWriting.field(json, "pinball", Digits.ofSums(record.pinball()));
          JsonWriting.field(json, "inside", record.inside());
          JsonWriting.field(json, "width", widths(record.width()));
          JsonWriting.field(json, "naiveAbsoluteError", Digits.ofSums(record.naiveAbsoluteError()));
          JsonWriting.field(json, "naivePinball", Digits.ofSums(record.naivePinball()));
          JsonWriting.field(
              json, "persistenceAbsoluteError", Digits.ofSums(record.persistenceAbsoluteError()));
        });
  }

  private static double[][] widths(double[][] rows) {
    return Arrays.stream(rows).map(Digits::ofSums).toArray(double[][]::new);
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static EvaluationRecord read(byte[] bytes) {
    return JsonReading.object(EvaluationRecord.class, bytes);
  }
}
