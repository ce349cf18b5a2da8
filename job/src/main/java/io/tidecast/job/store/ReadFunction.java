package io.tidecast.job.store;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.postgres.ObservedValue;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.EvaluationJsonV1;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.connectors.serde.ObservationDecoder;
import io.tidecast.job.metrics.Metrics;
import java.io.Serializable;
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
   * Reads the value of one Kafka record; refuses it by {@link IllegalArgumentException}.
   *
   * @param <T> record of the table
   */
  @FunctionalInterface
  interface Reader<T> extends Serializable {
    List<T> read(byte[] value);
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
      reader.read(raw.value()).forEach(out::collect);
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

  static List<ObservedValue> values(byte[] value) {
    return ObservationDecoder.decodeGood(value) instanceof Decoded.Accepted accepted
        ? ObservedValue.of(accepted.observation())
        : List.of();
  }

  static List<ForecastRecord> forecast(byte[] value) {
    return List.of(ForecastJsonV1.read(value));
  }

  static List<EvaluationRecord> evaluation(byte[] value) {
    return List.of(EvaluationJsonV1.read(value));
  }

  /** Records with an artifact repeat a decision that is in the topic without it. */
  static List<ModelRecord> decision(byte[] value) {
    ModelRecord record = ModelJsonV1.read(value);
    return record.artifact().length == 0 ? List.of(record) : List.of();
  }
}
