package io.tidecast.job.demo;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.connectors.serde.RecordBytes;
import io.tidecast.job.ingest.IngestFunction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * Adds up what the topics of a domain hold: only what is committed, from their beginning. So the
 * figures are exact whatever had failed in between. One thread.
 */
final class TopicTally implements AutoCloseable {
  private final Topics topics;
  private final CommittedTopic committed;
  private final Map<String, Long> forecasts = new TreeMap<>();
  private final List<ModelRecord> decisions = new ArrayList<>();

  private final Map<TopicPartition, Long> taken = new HashMap<>();

  /** Count, absolute errors of forecast, naive and persistence. */
  private final double[] errors = new double[4];

  /** By end of the period: count and absolute errors, of all series. */
  private final NavigableMap<Instant, double[]> errorsByTime = new TreeMap<>();

  private long observations;
  private long rejected;
  private long late;
  private long masked;
  private Instant scoredFrom;

  /**
   * Errors over all leads and origins since a model first served, whoever served then.
   *
   * @param count scored targets
   */
  record Errors(long count, double mae, double naiveMae, double persistenceMae) {}

  TopicTally(KafkaConfig kafka) {
    topics = kafka.topics();
    committed =
        new CommittedTopic(
            kafka,
            List.of(
                topics.observation(),
                topics.deadLetter(),
                topics.forecast(),
                topics.evaluation(),
                topics.model()));
  }

  /** Takes what has come, waiting up to a moment for it. */
  void poll(Duration wait) {
    committed.poll(wait, this::take);
  }

  /** Takes everything that is committed now. */
  void readToEnd() {
    committed.readToEnd(this::take);
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    String topic = record.topic();
    taken.put(new TopicPartition(topic, record.partition()), record.offset() + 1);
    if (topic.equals(topics.observation())) {
      // a tick of the job's clock has no stream
      observations += record.key() == null ? 0 : 1;
    } else if (topic.equals(topics.deadLetter())) {
      takeDeadLetter(record);
    } else if (topic.equals(topics.forecast())) {
      takeForecast(RecordBytes.forecast(record.value()));
    } else if (topic.equals(topics.evaluation())) {
      takeEvaluation(RecordBytes.evaluation(record.value()));
    } else {
      takeDecision(record);
    }
  }

  private void takeDeadLetter(ConsumerRecord<byte[], byte[]> record) {
    Header reason = record.headers().lastHeader(DeadLetter.REASON_HEADER);
    switch (new String(reason.value(), StandardCharsets.UTF_8)) {
      case IngestFunction.LATE -> late++;
      case IngestFunction.MASKED -> masked++;
      default -> rejected++;
    }
  }

  private void takeDecision(ConsumerRecord<byte[], byte[]> record) {
    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (key.indexOf('@') < 0) {
      return; // the model itself; its decision has a record of its own
    }
    Header seconds = record.headers().lastHeader(ModelRecord.SECONDS);
    decisions.add(ModelJsonV1.read(record.value(), seconds == null ? null : seconds.value()));
  }

  private void takeForecast(ForecastRecord forecast) {
    forecasts.merge(forecast.quality(), 1L, Long::sum);
    boolean first = scoredFrom == null || forecast.origin().isBefore(scoredFrom);
    if (!forecast.model().isEmpty() && first) {
      scoredFrom = forecast.origin();
    }
  }

  private void takeEvaluation(EvaluationRecord record) {
    if (record.model().isEmpty()) {
      return; // of before there was a model
    }
    double[] then = errorsByTime.computeIfAbsent(record.time(), time -> new double[2]);
    then[0] += Arrays.stream(record.count()).sum();
    then[1] += Arrays.stream(record.absoluteError()).sum();
    errors[0] += Arrays.stream(record.count()).sum();
    errors[1] += Arrays.stream(record.absoluteError()).sum();
    errors[2] += Arrays.stream(record.naiveAbsoluteError()).sum();
    errors[3] += Arrays.stream(record.persistenceAbsoluteError()).sum();
  }

  /** Offsets after the last record of each partition that holds one. */
  Map<TopicPartition, Long> taken() {
    return taken;
  }

  long observations() {
    return observations;
  }

  long rejected() {
    return rejected;
  }

  long late() {
    return late;
  }

  long masked() {
    return masked;
  }

  /** Forecasts by quality. */
  Map<String, Long> forecasts() {
    return forecasts;
  }

  long forecastCount() {
    return forecasts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Decisions in the order they were published. */
  List<ModelRecord> decisions() {
    return decisions;
  }

  /** First origin a model served; null before. */
  Instant scoredFrom() {
    return scoredFrom;
  }

  /** Count and sum of absolute errors of all series, by end of the period. */
  NavigableMap<Instant, double[]> errorsByTime() {
    return errorsByTime;
  }

  /** Nothing before a model served. */
  Optional<Errors> errors() {
    double count = errors[0];
    return count == 0
        ? Optional.empty()
        : Optional.of(
            new Errors((long) count, errors[1] / count, errors[2] / count, errors[3] / count));
  }

  @Override
  public void close() {
    committed.close();
  }
}
