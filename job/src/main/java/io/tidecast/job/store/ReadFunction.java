package io.tidecast.job.store;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.postgres.ObservedValue;
import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.connectors.serde.ObservationDecoder;
import io.tidecast.connectors.serde.RecordBytes;
import io.tidecast.job.metrics.Metrics;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the bytes of a topic to the records of a table. What is no record of its topic is counted
 * and left out: a stray record must not hold back the table for ever.
 *
 * @param <T> record of the table
 */
final class ReadFunction<T> extends RichFlatMapFunction<RawRecord, T> {
  private static final Logger LOG = LoggerFactory.getLogger(ReadFunction.class);

  private final Reader<T> reader;

  private transient Counter unreadable;

  /**
   * Reads one Kafka record that has a value; refuses it by {@link IllegalArgumentException}.
   *
   * @param <T> record of the table
   */
  @FunctionalInterface
  interface Reader<T> extends Serializable {
    List<T> read(RawRecord record);
  }

  ReadFunction(Reader<T> reader) {
    this.reader = reader;
  }

  @Override
  public void open(OpenContext context) {
    unreadable = Metrics.counter(getRuntimeContext().getMetricGroup(), Metrics.UNREADABLE);
  }

  @Override
  public void flatMap(RawRecord raw, Collector<T> out) {
    if (raw.value() == null) {
      return; // a tombstone of a compacted topic
    }
    try {
      reader.read(raw).forEach(out::collect);
    } catch (IllegalArgumentException e) {
      unreadable.inc();
      LOG.warn(
          "left out {} partition {} offset {}: {}",
          raw.topic(),
          raw.partition(),
          raw.offset(),
          e.getMessage());
    }
  }

  /**
   * The values of an observation. Those that the forecasting job puts into the dead-letter topic
   * give none, one dated too far ahead included: no record decides what the present is.
   */
  static List<ObservedValue> values(
      RawRecord record, RawRecord.Reader reader, long maxFutureMillis) {
    List<ObservedValue> values = new ArrayList<>();
    for (Decoded decoded : reader.read(record)) {
      if (decoded instanceof Decoded.Accepted accepted
          && !record.isTooFarAhead(accepted.observation().time().toEpochMilli(), maxFutureMillis)) {
        values.addAll(ObservedValue.of(accepted.observation()));
      }
    }
    return values;
  }

  /** Reads Tidecast's own records, every value of them that is one. */
  static RawRecord.Reader ownRecords() {
    return record -> List.of(ObservationDecoder.decodeGood(record.value()));
  }

  static List<ForecastRecord> forecast(RawRecord record) {
    return List.of(RecordBytes.forecast(record.value()));
  }

  static List<EvaluationRecord> evaluation(RawRecord record) {
    return List.of(RecordBytes.evaluation(record.value()));
  }

  static List<AnomalyRecord> anomaly(RawRecord record) {
    return List.of(RecordBytes.anomaly(record.value()));
  }

  /** Records with an artifact repeat a decision that is in the topic without it. */
  static List<ModelRecord> decision(RawRecord record) {
    ModelRecord decision = ModelJsonV1.read(record.value(), record.header());
    return decision.artifact().length == 0 ? List.of(decision) : List.of();
  }
}
