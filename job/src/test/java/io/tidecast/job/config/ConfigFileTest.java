package io.tidecast.job.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidecast.model.CellConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
  void keyThatDoesNotExistIsRefused() {
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> LEAST.with("forecast.length", "4").job())
            .getMessage();

    assertEquals(
        "forecast.length: unknown key; accepted: [evaluationPeriod, horizon, levels]", refusal);
  }
}
