package io.tidecast.job.store;

import io.tidecast.connectors.serde.ForecastJsonV1;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;

/**
 * How many forecasts a second {@link StoreJob} brings from Kafka into both tables, broker and
 * database included, at horizon 24 and parallelism 1. Prints one JSON line, with the processor time
 * of broker, job and database together, which says what one core of its own would do on a machine
 * that is shared.
 *
 * <pre>
 * mvn -q test-compile -pl job -am
 * taskset -c 0 java -cp [test class path of job] io.tidecast.job.store.StoreBenchmark
 * </pre>
 */
public final class StoreBenchmark {
  private static final int SERIES = 5_000;
  private static final int ORIGINS = 50;

  /** Origins before the clock starts: until then the compiler works as much as the job. */
  private static final int WARM_UP = 10;

  private StoreBenchmark() {}

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("store-benchmark");
    TopicData data = new TopicData(SERIES, Instant.parse("2024-03-10T00:00:00Z"), ORIGINS, 24);
    try (StoreEnvironment environment = StoreEnvironment.start(directory)) {
      publish(data, environment);
      environment.startJob();
      awaitAll(environment, data.time(WARM_UP - 1));
      long started = System.nanoTime();
      double cpuStarted = cpuSeconds();
      awaitAll(environment, data.time(ORIGINS - 1));
      double seconds = (System.nanoTime() - started) / 1e9;
      double cpu = cpuSeconds() - cpuStarted;
      long forecasts = (long) SERIES * (ORIGINS - WARM_UP);
      System.out.printf(
          "{\"benchmark\":\"store\",\"forecasts\":%d,\"seconds\":%.1f,\"perSecond\":%.0f,"
              + "\"cpuSeconds\":%.1f,\"perCpuSecond\":%.0f}%n",
          forecasts, seconds, forecasts / seconds, cpu, forecasts / cpu);
    }
    System.exit(0);
  }

  /**
   * Until every series has this origin; looks at the small table, as counting the other is work.
   */
  private static void awaitAll(StoreEnvironment environment, Instant origin) throws SQLException {
    environment.await(
        "SELECT count(*) FROM forecast_latest WHERE origin >= '" + origin + "'", SERIES);
  }

  /** Of this process and its children, the database's among them. */
  private static double cpuSeconds() {
    ProcessHandle self = ProcessHandle.current();
    return Stream.concat(Stream.of(self), self.descendants())
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .mapToDouble(duration -> duration.toMillis() / 1e3)
        .sum();
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
