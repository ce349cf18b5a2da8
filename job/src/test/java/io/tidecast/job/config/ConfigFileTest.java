package io.tidecast.job.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
  private static final ConfigFile LEAST =
      ConfigFile.parse(
          """
          domain: weather
          series: {step: PT1H, targets: [temperature], covariates: [dew]}
          forecast: {horizon: 24}
          """,
          Map.of());

  @Test
  void valueSetFromOutsideMayNameTheEnvironmentToo() {
    ConfigFile file =
        ConfigFile.parse(
                """
                domain: weather
                series: {step: PT1H, targets: [a]}
                forecast: {horizon: 24}
                """,
                Map.of("SERVERS", "kafka:9092"))
            .with("kafka.bootstrapServers", "${SERVERS}");

    assertEquals("kafka:9092", file.job().kafka().bootstrapServers());
    String refusal =
        assertThrows(
                IllegalArgumentException.class, () -> file.with("postgres.password", "${ABSENT}"))
            .getMessage();
    assertEquals("${ABSENT}: not set; accepted: an environment variable", refusal);
  }

  @Test
  void singleValuesAreReplaced() {
    JobConfig config =
        LEAST
            .with("forecast.horizon", "48")
            .with("series.covariates", "[]")
            .with("model.cell", "rnn")
            .job();

    assertEquals(48, config.forecast().horizon());
    assertEquals(List.of(), config.series().covariates());
    assertEquals(CellConfig.Kind.RNN, config.model().cell());
    assertEquals(24, LEAST.job().forecast().horizon());
  }

  @Test
  void dotsInNamesAreNoSteps() {
    JobConfig config =
        LEAST
            .with("flink.execution.checkpointing.interval", "3 s")
            .with("kafka.properties.security.protocol", "SSL")
            .with("series.targets", "[PM2.5]")
            .with("series.variables.PM2.5.minimum", "0")
            .job();

    assertEquals(Map.of("execution.checkpointing.interval", "3 s"), config.flink());
    assertEquals(Map.of("security.protocol", "SSL"), config.kafka().properties());
    assertEquals(0, config.series().variable("PM2.5").minimum());
  }

  @Test
  void durationsAreReadAsIsoAndAsFlinkWritesThem() {
    assertEquals(
        Duration.ofHours(1), LEAST.with("ingest.maxFuture", "1 h").job().ingest().maxFuture());
    assertEquals(
        Duration.ofHours(1), LEAST.with("ingest.maxFuture", "60min").job().ingest().maxFuture());
    assertEquals(
        Duration.ofHours(1), LEAST.with("ingest.maxFuture", "PT1H").job().ingest().maxFuture());
    assertEquals(
        "ingest.maxFuture: 30; accepted: a duration with its unit, such as P1M, P7D, PT1H"
            + " or 30 min, up to 10,000 years",
        refusal(LEAST.with("ingest.maxFuture", "30")));
  }

  @Test
  void flinkSettingsMayBeNested() {
    JobConfig config =
        ConfigFile.parse(
                """
                domain: weather
                series: {step: PT1H, targets: [a]}
                forecast: {horizon: 24}
                flink:
                  execution:
                    checkpointing: {interval: 3 s, timeout: 1 min}
                  pipeline.jars: [a, b]
                kafka: {properties: {sasl: {mechanism: PLAIN}}}
                """,
                Map.of())
            .job();

    assertEquals(
        Map.of(
            "execution.checkpointing.interval", "3 s",
            "execution.checkpointing.timeout", "1 min",
            "pipeline.jars", "a;b"),
        config.flink());
    assertEquals(Map.of("sasl.mechanism", "PLAIN"), config.kafka().properties());
  }

  @Test
  void whatIsInEffectIsShownWithoutSecretsAndReadsTheSame() {
    ConfigFile file =
        LEAST
            .with("postgres.password", "hunter2")
            .with("postgres.readerPassword", "hunter2")
            .with("postgres.url", "jdbc:postgresql://db/t?password=hunter2&sslmode=require")
            .with("kafka.properties.sasl.jaas.config", "login required password=hunter2;")
            .with("kafka.properties.security.protocol", "SASL_SSL")
            .with("kafka.properties.ssl.keystore.key", "hunter2")
            .with("flink.s3.secret-key", "hunter2");

    String shown = file.job().toYaml();

    assertFalse(shown.contains("hunter2"), shown);
    assertTrue(shown.contains("SASL_SSL"), shown);
    assertTrue(shown.contains("sslmode=require"), shown);
    assertEquals(LEAST.job(), ConfigFile.parse(LEAST.job().toYaml(), Map.of()).job());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres: {password: hunter2: x}",
        "postgres:\n  password: \"hunter2",
        "postgres: {password: [hunter2}",
        "postgres: {password: [hunter2]}",
        "postgres: hunter2",
        "hunter2"
      })
  void refusalDoesNotHoldWhatStandsInTheLine(String yaml) {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                ConfigFile.parse(
                        "domain: w\nseries: {step: PT1H, targets: [a]}\nforecast: {horizon: 24}\n"
                            + yaml,
                        Map.of())
                    .job());

    assertTrue(refusal.getMessage().contains("; accepted: "), refusal.getMessage());
    for (Throwable e = refusal; e != null; e = e.getCause()) {
      assertFalse(String.valueOf(e.getMessage()).contains("hunter2"), e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: fiel} | feed.type: fiel; accepted: binance, file, ",
        "{type: generated-weather, stations: 0} | feed.stations: 0; accepted: 1 to 100000",
        "{type: generated-weather, step: 10} | feed.step: 10; accepted: a duration",
        "{type: generated-weather, station: 1} | feed.station: unknown key; accepted: [",
        "{type: file, file: a, stream: s, time: {column: t}, values: {v: {column: c, multiply: 0}}}"
            + " | feed.values.v.multiply: 0.0; accepted: finite, not zero"
      })
  void refusalOfAFeedNamesItsKey(String feed, String start) {
    JobConfig config = LEAST.with("feed", feed).job();

    String refusal =
        assertThrows(IllegalArgumentException.class, () -> config.anyFeed()).getMessage();

    assertTrue(refusal.startsWith(start), refusal);
  }

  @Test
  void keyThatDoesNotExistIsRefused() {
    assertEquals(
        "forecast.length: unknown key; accepted: [evaluationPeriod, horizon, levels,"
            + " maxWaiting]",
        refusal(LEAST.with("forecast.length", "4")));
  }

  private static String refusal(ConfigFile file) {
    return assertThrows(IllegalArgumentException.class, file::job).getMessage();
  }
}
