package io.tidecast.job.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidecast.job.CommittedValues;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.Publisher;
import io.tidecast.job.config.JobConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both jobs at work, and the database goes away and comes back. */
class DatabaseOutageITCase {
  private static final int STREAMS = 2;
  private static final int STEPS = 1000;
  private static final int AWAY_AFTER = 500;
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

  @TempDir Path directory;

  @Test
  void forecastsGoOnWithoutTheDatabaseAndTheTablesEqualTheTopicsAtTheEnd() throws Exception {
    try (StoreEnvironment environment = StoreEnvironment.start(directory)) {
      JobConfig config = config(environment);
      environment.startJob();
      JobClient forecasting = forecast(config);
      try {
        publish(config, 0, AWAY_AFTER);
        environment.await("SELECT sign(count(*))::int FROM forecast", 1);
        environment.stopPostgres();
        publish(config, AWAY_AFTER, STEPS);
        awaitForecasts(config, STREAMS * STEPS);
        environment.awaitRestarting();
        assertThrows(SQLException.class, () -> environment.owner().connect());
      } finally {
        forecasting.cancel().get(1, TimeUnit.MINUTES);
      }
      TopicsAndTables atTheEnd = new TopicsAndTables(environment.kafka(), environment.tables());
      assertEquals(STREAMS * STEPS, atTheEnd.forecasts());

      environment.startPostgres();

      atTheEnd.awaitEqual();
    }
  }

  private static void awaitForecasts(JobConfig config, int count) {
    CommittedValues.await(config.kafkaConfig(), config.kafkaConfig().topics().forecast(), count);
  }

  private JobConfig config(StoreEnvironment environment) throws Exception {
    return JobConfig.read(
        Files.writeString(
            directory.resolve("job.yaml"),
            """
            domain: %s
            kafka: {bootstrapServers: "%s", partitions: %d}
            series: {step: PT1H, season: PT24H, targets: [load], history: 48}
            forecast: {horizon: 6, evaluationPeriod: PT6H}
            model: {cell: none}
            retrain: {epoch: P5D, lead: PT6H, every: P10D, minimumHistory: 600, window: 24}
            """
                .formatted(
                    environment.kafka().domain(),
                    environment.kafka().bootstrapServers(),
                    STREAMS)));
  }

  private JobClient forecast(JobConfig config) throws Exception {
    Configuration flink = new JobParts(config).flink();
    flink.setString("execution.checkpointing.interval", "500 ms");
    flink.setString("execution.checkpointing.dir", directory.resolve("state").toUri().toString());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    new ForecastJob(config, new JobParts(config).trainer()).addTo(env, KafkaEnds.unbounded(config));
    return env.executeAsync("forecast");
  }

  private static void publish(JobConfig config, int from, int to) throws Exception {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int step = from; step < to; step++) {
      Instant time = START.plus(Duration.ofHours(step));
      for (int stream = 0; stream < STREAMS; stream++) {
        double load = 10 + 5 * Math.sin(step * Math.PI / 12 + stream) + step * 31 % 17 * 0.1;
        observations.add(
            new Publisher.Observation(
                stream,
                "s" + stream,
                String.format(
                    Locale.ROOT,
                    "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"load\":%.3f}}",
                    stream,
                    time,
                    load)));
      }
    }
    Publisher.publish(config, observations);
  }
}
