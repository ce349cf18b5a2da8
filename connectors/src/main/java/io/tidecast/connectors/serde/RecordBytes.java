package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.record.ObservationRecord;

/**
 * Records to bytes in the configured {@link Format} and back, by what the first bytes say: topics
 * may hold both. {@link ObservationDecoder} reads observations.
 */
public final class RecordBytes {
  private RecordBytes() {}

  public static byte[] of(ObservationRecord record, Format format) {
    return switch (format) {
      case JSON -> ObservationJsonV1.write(record);
      case AVRO -> AvroV1.write(record);
    };
  }

  public static byte[] of(ForecastRecord record, Format format) {
    return switch (format) {
      case JSON -> ForecastJsonV1.write(record);
      case AVRO -> AvroV1.write(record);
    };
  }

  public static byte[] of(EvaluationRecord record, Format format) {
    return switch (format) {
      case JSON -> EvaluationJsonV1.write(record);
      case AVRO -> AvroV1.write(record);
    };
  }

  public static byte[] of(AnomalyRecord record, Format format) {
    return switch (format) {
      case JSON -> AnomalyJsonV1.write(record);
      case AVRO -> AvroV1.write(record);
    };
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static AnomalyRecord anomaly(byte[] bytes) {
    return AvroFrame.isAvro(bytes) ? AvroV1.anomaly(bytes) : AnomalyJsonV1.read(bytes);
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static ForecastRecord forecast(byte[] bytes) {
    return AvroFrame.isAvro(bytes) ? AvroV1.forecast(bytes) : ForecastJsonV1.read(bytes);
  }

  /**
   * Reads strictly.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  public static EvaluationRecord evaluation(byte[] bytes) {
    return AvroFrame.isAvro(bytes) ? AvroV1.evaluation(bytes) : EvaluationJsonV1.read(bytes);
  }
}
