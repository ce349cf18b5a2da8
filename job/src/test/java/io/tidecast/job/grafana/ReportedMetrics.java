package io.tidecast.job.grafana;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.embedded.FreePort;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.store.TopicData;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The metric names that the real job exports through Flink's Prometheus reporter. */
final class ReportedMetrics {
  private ReportedMetrics() {}

  /** Runs the job on observations, a refused record among them, until it has all been counted. */
  static Set<String> ofRealJob(Path directory) throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      Path file = directory.resolve("metrics.yaml");
      Files.writeString(
          file,
          """
          domain: metrics
          kafka: {bootstrapServers: "%s"}
          series: {step: PT1H, season: PT24H, targets: [temperature]}
          forecast: {horizon: 6}
          """
              .formatted(kafka.bootstrapServers()));
      JobConfig config = JobConfig.read(file);
      TopicCreator.createMissing(config.kafkaConfig(), new TopicsConfig(1, 1, Duration.ZERO));
      Instant end = Instant.now().truncatedTo(ChronoUnit.HOURS);
      new TopicData(2, end, 48, 6).publishObservations(config.kafkaConfig(), "no observation");
      return run(config);
    }
  }

  private static Set<String> run(JobConfig config) throws Exception {
    int port = FreePort.any();
    Configuration flink = new Configuration();
    flink.setString(
        "metrics.reporter.prom.factory.class",
        "org.apache.flink.metrics.prometheus.PrometheusReporterFactory");
    flink.setString("metrics.reporter.prom.port", Integer.toString(port));
    flink.setString("execution.checkpointing.interval", "500 ms");
    flink.setString("pipeline.generic-types", "false");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    new ForecastJob(config, new JobParts(config).trainer()).addTo(env, KafkaEnds.unbounded(config));
    JobClient job = env.executeAsync("metrics");
    try {
      return names(awaitCounted(URI.create("http://127.0.0.1:" + port + "/metrics")));
    } finally {
      job.cancel().join();
    }
  }

  /** Scrapes until a record is refused, a forecast made and a checkpoint completed. */
  private static String awaitCounted(URI page) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(10)).build();
    Instant deadline = Instant.now().plus(Duration.ofMinutes(2));
    String text = "";
    while (Instant.now().isBefore(deadline)) {
      text = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      if (counted(text, ".*tidecast.*rejected\\{.*")
          && counted(text, ".*tidecast.*forecasts\\{.*")
          && counted(text, "flink_jobmanager_job_numberOfCompletedCheckpoints\\{.*")) {
        return text;
      }
      LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    }
    throw new AssertionError("the job did not count what it was given:\n" + text);
  }

  private static boolean counted(String text, String line) {
    return text.lines().anyMatch(l -> l.matches(line) && !l.endsWith(" 0.0"));
  }

  private static Set<String> names(String text) {
    return text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replaceFirst("[{ ].*", ""))
        .collect(Collectors.toSet());
  }
}
