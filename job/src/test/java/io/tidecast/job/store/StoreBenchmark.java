package io.tidecast.job.store;

import io.tidecast.connectors.serde.ForecastJsonV1;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * How many forecasts a second {@link StoreJob} brings from Kafka into both tables, broker and
 * database included, at horizon 24 and parallelism 1. Prints one JSON line.
 *
 * <pre>
 * mvn -q test-compile -pl job -am
 * taskset -c 0 java -cp [test class path of job] io.tidecast.job.store.StoreBenchmark
 * </pre>
 */
public final class StoreBenchmark {
  private static final int SERIES = 5_000;
  private static final int ORIGINS = 40;

  private StoreBenchmark() {}

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("store-benchmark");
    TopicData data = new TopicData(SERIES, Instant.parse("2024-03-10T00:00:00Z"), ORIGINS, 24);
    try (StoreEnvironment environment = StoreEnvironment.start(directory)) {
      publish(data, environment);
      environment.startJob();
      environment.await("SELECT sign(count(*))::int FROM forecast", 1);
      long started = System.nanoTime();
      long first = environment.number("SELECT count(*) FROM forecast");
      environment.await("SELECT count(*) FROM forecast", (long) SERIES * ORIGINS);
      double seconds = (System.nanoTime() - started) / 1e9;
      System.out.printf(
          "{\"benchmark\":\"store\",\"forecasts\":%d,\"seconds\":%.1f,\"perSecond\":%.0f}%n",
          (long) SERIES * ORIGINS - first, seconds, ((long) SERIES * ORIGINS - first) / seconds);
    }
    System.exit(0);
  }

  private static void publish(TopicData data, StoreEnvironment environment) {
    String topic = environment.kafka().topics().forecast();
    try (KafkaProducer<byte[], byte[]> producer = TopicData.producer(environment.kafka())) {
      for (int hour = 0; hour < ORIGINS; hour++) {
        for (int series = 0; series < SERIES; series++) {
          byte[] forecast = ForecastJsonV1.write(data.forecast(series, hour));
          TopicData.send(producer, topic, data.series(series), forecast);
        }
      }
    }
  }
}
