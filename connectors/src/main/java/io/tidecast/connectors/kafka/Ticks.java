package io.tidecast.connectors.kafka;

import io.tidecast.connectors.serde.ObservationDecoder;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the time into partitions of the observation topic: {@code
 * {"type":"tidecast-tick","time":...}} says that what lies behind it in its partition comes too
 * late for steps that end at that time or before. Part of the input from then on, it says the same
 * to whoever reads the partition again.
 *
 * <p>Neither exactly nor at least once: a tick that is lost is written again by who misses it, and
 * one that comes twice says nothing new. What goes wrong is logged once and stops nobody: a job
 * that may only read the topic runs, and its steps close with the next record. One thread.
 */
public final class Ticks implements Serializable, AutoCloseable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(Ticks.class);

  private final String topic;
  private final Properties settings;
  private transient KafkaProducer<byte[], byte[]> producer;
  private transient volatile boolean isSaid;

  public Ticks(KafkaConfig kafka) {
    topic = kafka.topics().observation();
    settings = kafka.clientProperties();
    settings.put("enable.idempotence", "false");
    // the task's thread never waits: what is not known yet is asked for meanwhile
    settings.put("max.block.ms", "0");
    settings.put("linger.ms", "0");
    settings.put("request.timeout.ms", "5000");
    settings.put("delivery.timeout.ms", "10000");
  }

  /**
   * Writes one, without waiting.
   *
   * @param written told whether it was, on any thread
   */
  public void write(int partition, Instant time, Consumer<Boolean> written) {
    String json = "{\"type\":\"" + ObservationDecoder.TICK + "\",\"time\":\"" + time + "\"}";
    ProducerRecord<byte[], byte[]> tick =
        new ProducerRecord<>(topic, partition, null, json.getBytes(StandardCharsets.UTF_8));
    try {
      producer().send(tick, (metadata, failure) -> end(failure, written));
    } catch (KafkaException e) {
      end(e, written);
    }
  }

  private void end(Exception failure, Consumer<Boolean> written) {
    if (failure != null && !(failure instanceof TimeoutException) && !isSaid) {
      isSaid = true;
      LOG.warn(
          "cannot write the time to {}: steps close with the next record of their partition",
          topic,
          failure);
    }
    written.accept(failure == null);
  }

  private KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      producer =
          new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
    return producer;
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.close(Duration.ZERO);
      producer = null;
    }
  }
}
