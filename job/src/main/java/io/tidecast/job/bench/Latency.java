package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ObservationDecoder;
import io.tidecast.connectors.serde.RecordBytes;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * From the broker's append of an observation to the append of its forecast, and to the moment a
 * reader of committed records has it, under a steady load. Milliseconds; broker, job and reader
 * share one clock.
 */
final class Latency {
  /** Of the load at most. */
  static final int SECONDS = 30;

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration COMMIT = Duration.ofSeconds(60);

  private final Lane lane;
  private final Topics topics;
  private final Map<String, Long> observed = new HashMap<>();
  private final Map<Long, Long> committed = new HashMap<>();

  Latency(Lane lane) {
    this.lane = lane;
    topics = lane.config().kafkaConfig().topics();
  }

  /**
   * Measures.
   *
   * @param count records of the load
   */
  ObjectNode measure(long firstHour, double perSecond, long count) throws Exception {
    try (TopicWatch observations = lane.watch(topics.observation());
        TopicWatch forecasts = lane.watch(topics.forecast())) {
      long observedFrom = observations.end();
      long from = forecasts.end();
      CompletableFuture<Long> end = new CompletableFuture<>();
      CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> readCommitted(from, end));
      lane.publisher().publishSteadily(firstHour, perSecond, count);
      end.complete(lane.await(from, count));
      reading.join();
      observations.read(observedFrom, observations.end()).forEach(this::takeObservation);
      return latencies(forecasts.read(from, end.join()));
    }
  }

  /** Until all that there is when the load ends is committed. */
  private void readCommitted(long from, CompletableFuture<Long> end) {
    Properties properties = lane.config().kafkaConfig().clientProperties();
    properties.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(topics.forecast(), 0);
      consumer.assign(List.of(partition));
      consumer.seek(partition, from);
      long waiting = 0;
      while (consumer.position(partition) < end.getNow(Long.MAX_VALUE)
          && waiting < COMMIT.toMillis()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          committed.put(record.offset(), System.currentTimeMillis());
        }
        waiting += end.isDone() ? POLL.toMillis() : 0;
      }
    }
  }

  private void takeObservation(ConsumerRecord<byte[], byte[]> record) {
    if (ObservationDecoder.decode(record.value()) instanceof Decoded.Accepted accepted) {
      ObservationRecord observation = accepted.observation();
      String series = observation.stream() + "/" + GeneratedLoad.VARIABLE;
      observed.put(series + "@" + observation.time(), record.timestamp());
    }
  }

  private ObjectNode latencies(List<ConsumerRecord<byte[], byte[]>> records) {
    long[] uncommitted = new long[records.size()];
    long[] visible = new long[records.size()];
    int count = 0;
    long[] most = new long[SECONDS + 1];
    long first = observed.values().stream().min(Long::compare).orElse(0L);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      ForecastRecord forecast = RecordBytes.forecast(record.value());
      Long appended = observed.get(forecast.series() + "@" + forecast.origin());
      Long seen = committed.get(record.offset());
      if (appended != null && seen != null) {
        uncommitted[count] = record.timestamp() - appended;
        int second = (int) Math.min(SECONDS, (appended - first) / 1_000);
        most[second] = Math.max(most[second], uncommitted[count]);
        visible[count++] = seen - appended;
      }
    }
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("records", count);
    result.set("uncommitted", percentiles(Arrays.copyOf(uncommitted, count)));
    result.set("committed", percentiles(Arrays.copyOf(visible, count)));
    Arrays.stream(most).forEach(result.putArray("mostBySecond")::add);
    return result;
  }

  private static ObjectNode percentiles(long[] millis) {
    Arrays.sort(millis);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    for (int percent : new int[] {50, 95, 99}) {
      if (millis.length > 0) {
        result.put("p" + percent, millis[(int) ((millis.length - 1) * percent / 100.0)]);
      }
    }
    return result;
  }
}
