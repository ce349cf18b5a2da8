package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.EvaluationRecord;

/**
 * Bytes of {@code <domain>.evaluation.v1}: one field per component of {@link EvaluationRecord}, in
 * its order and under its name; time in RFC 3339 (UTC), period and step ISO-8601 durations. Sums
 * are rounded to seven digits. {@code absoluteTarget} is left out where it is unknown.
 */
public final class EvaluationJsonV1 {
  private EvaluationJsonV1() {}

  public static byte[] write(EvaluationRecord record) {
    JsonBytes json = JsonBytes.object();
    json.name("series").text(record.series());
    json.name("time").text(Times.text(record.time()));
    json.name("period").text(record.period().toString());
    json.name("step").text(record.step().toString());
    json.name("model").text(record.model());
    json.name("levels").numbers(record.levels());
    json.name("count").numbers(record.count());
    Digits.write(json.name("absoluteError"), record.absoluteError());
    Digits.write(json.name("squaredError"), record.squaredError());
    Digits.write(json.name("pinball"), record.pinball());
    json.name("inside").begin();
    for (int i = 0; i < record.inside().length; i++) {
      json.comma(i).numbers(record.inside()[i]);
    }
    json.end().name("width").begin();
    for (int i = 0; i < record.width().length; i++) {
      Digits.write(json.comma(i), record.width()[i]);
    }
    Digits.write(json.end().name("naiveAbsoluteError"), record.naiveAbsoluteError());
    Digits.write(json.name("naivePinball"), record.naivePinball());
    Digits.write(json.name("persistenceAbsoluteError"), record.persistenceAbsoluteError());
    if (record.absoluteTarget().length > 0) {
      Digits.write(json.name("absoluteTarget"), record.absoluteTarget());
    }
    return json.toBytes();
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static EvaluationRecord read(byte[] bytes) {
    return JsonReading.objectWithOptions(EvaluationRecord.class, EvaluationRecord.class, bytes);
  }
}
