package io.tidecast.job.demo;

import io.tidecast.connectors.kafka.KafkaSettings;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.EvaluationJsonV1;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.job.ingest.IngestFunction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Adds up what the topics of a domain hold: only what is committed, from their beginning. So the
 * figures are exact whatever had failed in between. One thread.
 */
final class TopicTally implements AutoCloseable {
  private final Topics topics;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final Map<String, Long> forecasts = new TreeMap<>();
  private final List<ModelRecord> decisions = new ArrayList<>();
  private final NavigableMap<Instant, PeriodErrors> errors = new TreeMap<>();
  private long observations;
  private long rejected;
  private long late;
  private long masked;
  private Instant scoredFrom;

  /**
   * Sums over the targets of a period, by lead: from which moment on they count is known last.
   *
   * @param sums {@code [horizon][4]}: count, absolute errors of forecast, naive and persistence
   */
  private record PeriodErrors(Duration period, Duration step, double[][] sums) {
    private void add(EvaluationRecord record) {
      for (int i = 0; i < sums.length; i++) {
        sums[i][0] += record.count()[i];
        sums[i][1] += record.absoluteError()[i];
        sums[i][2] += record.naiveAbsoluteError()[i];
        sums[i][3] += record.persistenceAbsoluteError()[i];
      }
    }

    /** Adds the leads whose origins do not lie before a moment. */
    private void addTo(double[] total, Instant end, Instant from) {
      Instant firstTarget = end.minus(period).plus(step);
      for (int i = 0; i < sums.length; i++) {
        if (!firstTarget.minus(step.multipliedBy(i + 1L)).isBefore(from)) {
          for (int j = 0; j < total.length; j++) {
            total[j] += sums[i][j];
          }
        }
      }
    }
  }

  /**
   * Errors over all leads and origins since a model first served.
   *
   * @param count scored targets
   */
  record Errors(long count, double mae, double naiveMae, double persistenceMae) {}

  TopicTally(KafkaSettings kafka) {
    topics = kafka.topics();
    Properties properties = kafka.clientProperties();
    properties.put("isolation.level", "read_committed");
    properties.put("max.partition.fetch.bytes", "16777216");
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    for (String topic :
        List.of(
            topics.observation(),
            topics.deadLetter(),
            topics.forecast(),
            topics.evaluation(),
            topics.model())) {
      for (PartitionInfo partition : consumer.partitionsFor(topic)) {
        partitions.add(new TopicPartition(topic, partition.partition()));
      }
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Takes what has come, waiting up to a moment for it. */
  void poll(Duration wait) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
      take(record);
    }
  }

  /** Takes everything that is committed now. */
  void readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
      poll(Duration.ofMillis(200));
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    String topic = record.topic();
    if (topic.equals(topics.observation())) {
      observations++;
    } else if (topic.equals(topics.deadLetter())) {
      takeDeadLetter(record);
    } else if (topic.equals(topics.forecast())) {
      forecasts.merge(ForecastJsonV1.read(record.value()).quality(), 1L, Long::sum);
    } else if (topic.equals(topics.evaluation())) {
      takeEvaluation(EvaluationJsonV1.read(record.value()));
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
    ModelRecord decision = ModelJsonV1.read(record.value());
    decisions.add(decision);
    boolean earlier = scoredFrom == null || decision.validFrom().isBefore(scoredFrom);
    if (decision.decision().equals("promoted") && earlier) {
      scoredFrom = decision.validFrom();
    }
  }

  private void takeEvaluation(EvaluationRecord record) {
    errors
        .computeIfAbsent(
            record.time(),
            time ->
                new PeriodErrors(record.period(), record.step(), new double[record.horizon()][4]))
        .add(record);
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

  /** Nothing before a model served. */
  Optional<Errors> errors() {
    if (scoredFrom == null) {
      return Optional.empty();
    }
    double[] total = new double[4];
    errors.tailMap(scoredFrom).forEach((end, period) -> period.addTo(total, end, scoredFrom));
    return total[0] == 0
        ? Optional.empty()
        : Optional.of(
            new Errors(
                (long) total[0], total[1] / total[0], total[2] / total[0], total[3] / total[0]));
  }

  @Override
  public void close() {
    consumer.close();
  }
}
