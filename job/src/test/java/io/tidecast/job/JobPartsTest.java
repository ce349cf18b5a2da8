package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.ingest.IngestConfig;
import io.tidecast.job.retrain.RetrainConfig;
import io.tidecast.model.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.junit.jupiter.api.Test;

class JobPartsTest {
  private static final String LEAST =
      """
      domain: weather
      series: {step: PT1H, targets: [temperature]}
      forecast: {horizon: 24}
      """;

  private static JobParts parts(String yaml) {
    return new JobParts(ConfigFile.parse(yaml, Map.of()).job());
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    assertEquals(
        new RetrainConfig(
            Duration.ofDays(7),
            Duration.ofHours(168).dividedBy(60),
            Duration.ofDays(7),
            0,
            true,
            Duration.ofDays(14),
            2,
            672,
            24,
            Duration.ofDays(365),
            2_000_000,
            1,
            1,
            Duration.ofHours(1),
            Duration.ofMinutes(7).plusSeconds(30),
            0.5),
        parts(LEAST).retrain());
    assertEquals(90 * 24, parts(LEAST).forecast().ttlSteps());
    assertEquals(24, parts(LEAST).forecast().evaluationPeriod());
  }

  @Test
  void trainingAsksForNoMoreHistoryThanTheConfiguration() {
    assertEquals(64, parts(LEAST).recipe().history().minimum());
    assertEquals(48, parts(LEAST + "retrain: {minimumHistory: 48}").recipe().history().minimum());
  }

  @Test
  void streamsOfAGroupHaveModelsOfTheirOwn() {
    JobParts parts =
        parts(
            """
            domain: weather
            series:
              step: PT1H
              targets: [temperature, wind]
              groups: {north: [N-1, "A-*"], south: ["S-*"]}
            forecast: {horizon: 24}
            """);

    assertEquals(
        Set.of(
            "temperature",
            "temperature.north",
            "temperature.south",
            "wind",
            "wind.north",
            "wind.south"),
        parts.forecast().groups().keySet());
    assertEquals("wind.north", parts.targets().of("A-7/wind").orElseThrow().group());
    assertEquals("wind.south", parts.ingest().streams().group("wind", "S-1"));
    assertEquals("wind", parts.ingest().streams().group("wind", "N-2"));
  }

  @Test
  void durationsAreCountedInSteps() {
    JobParts parts =
        parts(
            """
            domain: weather
            series: {step: PT30M, targets: [temperature]}
            forecast: {horizon: 24, evaluationPeriod: PT2H}
            ingest: {ttl: P2D}
            """);

    assertEquals(4, parts.forecast().evaluationPeriod());
    assertEquals(96, parts.forecast().ttlSteps());
  }

  @Test
  void modelTooLargeForItsTopicIsRefusedBeforeItIsTrained() {
    String tooMuch = LEAST.replaceFirst("horizon: \\d+", "horizon: 720");
    int bytes = parts(tooMuch).modelRecordBytes();
    assertTrue(bytes > 2 << 20 && bytes < 8 << 20, bytes + " bytes");

    JobParts parts = parts(tooMuch.replaceFirst("targets:", "history: 5000, targets:"));
    String refusal =
        assertThrows(IllegalArgumentException.class, parts::modelRecordBytes).getMessage();

    assertTrue(refusal.startsWith("forecast.horizon: 720; accepted: fewer leads"), refusal);
  }

  @Test
  void whatHasNoLogarithmIsOutsideTheLimits() {
    IngestConfig ingest =
        parts(
                """
                domain: oil
                series:
                  step: PT1H
                  targets: [close, low]
                  covariates: [spread]
                  transform: log-return
                  variables: {low: {minimum: 2, maximum: 9}}
                forecast: {horizon: 24}
                """)
            .ingest();

    assertEquals(
        List.of(false, false, true),
        Stream.of(-37.63, 0.0, 0.01).map(ingest.limits().get("close")::include).toList());
    assertEquals(new Limits(2, 9), ingest.limits().get("low"));
    assertEquals(null, ingest.limits().get("spread"));
    assertEquals(
        "above 0, as it needs a logarithm, to Infinity", ingest.limits().get("close").toString());
  }

  @Test
  void targetIsNoCovariateOfItself() {
    IngestConfig ingest =
        parts(
                """
                domain: weather
                series: {step: PT1H, targets: [a, b], covariates: [a, b, c]}
                forecast: {horizon: 24}
                """)
            .ingest();

    assertEquals(Map.of("a", List.of("b", "c"), "b", List.of("a", "c")), ingest.covariates());
    assertEquals(Map.of("a", "a", "b", "b"), ingest.groups());
  }

  @Test
  void flinkSettingsComeOverThoseTheJobNeeds() {
    Configuration plain = parts(LEAST).flink();
    assertEquals(Duration.ofSeconds(10), plain.get(CheckpointingOptions.CHECKPOINTING_INTERVAL));
    assertFalse(plain.get(PipelineOptions.GENERIC_TYPES));

    Configuration tuned =
        parts(LEAST + "flink: {execution.checkpointing.interval: 3 s, parallelism.default: 2}")
            .flink();
    assertEquals(Duration.ofSeconds(3), tuned.get(CheckpointingOptions.CHECKPOINTING_INTERVAL));
    assertEquals("2", tuned.toMap().get("parallelism.default"));
  }

  /**
   * What keeps a large job, a full disk or a long outage from doing harm: all of it in one place.
   */
  @Test
  void boundsForLarge() {
    JobConfig config = ConfigFile.parse(LEAST, Map.of()).job();
    Configuration flink = parts(LEAST).flink();

    assertEquals(720, flink.get(PipelineOptions.MAX_PARALLELISM));
    assertTrue(flink.get(CheckpointingOptions.ENABLE_UNALIGNED));
    assertTrue(flink.get(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER) <= 10);
    assertEquals("exponential-delay", flink.get(RestartStrategyOptions.RESTART_STRATEGY));
    assertEquals(new TopicsConfig(4, 0, Duration.ofDays(30)), config.topicsConfig());
    assertEquals(Duration.ofMinutes(15), config.kafka().transactionTimeout());
    assertEquals(200_000, parts(LEAST).forecast().waitingLimit());
    assertEquals(2_000_000L, config.retrain().maxSteps());
    assertEquals(Duration.ofHours(1), config.retrain().timeLimit());
    assertEquals(0.5, config.retrain().trainingShare());
    assertEquals(Duration.ofDays(14), config.ingest().maxDrift());
    assertEquals(Duration.ofDays(90), config.ingest().ttl());
    assertEquals(Duration.ofDays(90), config.postgres().retention());
  }
}
