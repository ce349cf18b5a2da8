package io.tidecast.job.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Limits;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Transform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobConfigTest {
  private static final String LEAST =
      """
      domain: weather
      series: {step: PT1H, targets: [temperature]}
      forecast: {horizon: 24}
      """;

  private static JobConfig parse(String yaml) {
    return ConfigFile.parse(yaml, Map.of()).job();
  }

  private static String refusal(String yaml) {
    return assertThrows(IllegalArgumentException.class, () -> parse(yaml)).getMessage();
  }

  @ParameterizedTest
  @CsvSource({"PT1S, PT1H", "PT5M, PT14H", "PT1H, P7D", "P1D, P28D", "P30D, P30D"})
  void epochFollowsTheStep(Duration step, Duration epoch) {
    JobConfig config =
        parse(LEAST.replace("PT1H", step.toString()) + "ingest: {maxGap: %s}".formatted(step));

    assertEquals(epoch, config.retrain().epoch());
  }

  @Test
  void whatIsLeftOutHasItsDocumentedDefault() {
    JobConfig config = parse(LEAST);

    assertEquals("127.0.0.1:9092", config.kafka().bootstrapServers());
    assertEquals(Map.of(), config.kafka().properties());
    assertEquals(Duration.ofMinutes(15), config.kafka().transactionTimeout());
    assertEquals(4, config.kafka().partitions());
    assertEquals(Aggregation.LAST, config.series().aggregation());
    assertEquals(QuantileLevels.DEFAULT.values(), config.forecast().levels());
    assertEquals(24, config.evaluationSteps());
    assertEquals(
        new RetrainSection(
            Duration.ofDays(7),
            Duration.ofHours(168).dividedBy(60),
            Duration.ofDays(7),
            0,
            true,
            Duration.ofDays(14),
            672,
            24,
            Duration.ofDays(365),
            2_000_000L,
            1.0,
            0.005,
            false,
            2,
            1L,
            Duration.ofHours(1),
            0.5),
        config.retrain());
    assertEquals(Duration.ofHours(1), config.ingest().maxOutOfOrder());
    assertEquals(Duration.ofHours(336), config.ingest().maxLate());
    assertEquals(Duration.ofMinutes(10), config.ingest().maxFuture());
    assertEquals(Duration.ofMinutes(1), config.ingest().maxDelay());
    assertEquals(Duration.ofHours(2), config.ingest().idleTimeout());
    assertEquals(Duration.ofDays(14), config.ingest().maxDrift());
    assertEquals(24, config.maxGapSteps());
    assertEquals(Duration.ofDays(90), config.ingest().ttl());
    assertEquals(Map.of(), config.flink());
    assertEquals("jdbc:postgresql://127.0.0.1:5432/tidecast", config.postgres().url());
    assertEquals(
        Map.of("temperature", ForecasterConfig.of(Duration.ofHours(1), 24, 1, 0)), config.groups());
  }

  @Test
  void forecasterIsDerivedFromAllSections() {
    JobConfig config =
        parse(
            """
            domain: weather
            series:
              step: PT30M
              season: P1D
              longSeason: P7D
              targets: [temperature]
              covariates: [dew, wind]
              transform: random-walk
              history: 100
              calendar: [day-of-week, hour-of-day]
              zone: Europe/Berlin
              variables:
                temperature: {minimum: -60, maximum: 60, unit: C}
            forecast: {horizon: 6, levels: [0.1, 0.5, 0.9], evaluationPeriod: PT2H}
            model: {cell: rnn, layers: 2, hidden: 16}
            ingest: {maxGap: PT3H, ttl: P2D}
            """);

    ForecasterConfig expected =
        ForecasterConfig.of(Duration.ofMinutes(30), 6, 48, 336).toBuilder()
            .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
            .transform(Transform.RANDOM_WALK)
            .limits(new Limits(-60, 60))
            .covariates(List.of("dew", "wind"))
            .calendar(
                new Calendar(
                    ZoneId.of("Europe/Berlin"),
                    List.of(Calendar.Feature.HOUR_OF_DAY, Calendar.Feature.DAY_OF_WEEK)))
            .cell(new CellConfig(CellConfig.Kind.RNN, 2, 16))
            .history(100)
            .maxGap(6)
            .build();
    assertEquals(Map.of("temperature", expected), config.groups());
    assertEquals(4, config.evaluationSteps());
  }

  @Test
  void aRandomWalkIsAlsoReadByTheLabelItHadBefore() {
    JobConfig config =
        parse(
            """
            domain: weather
            series: {step: PT1H, targets: [temperature], transform: difference}
            forecast: {horizon: 6}
            """);

    assertEquals(Transform.RANDOM_WALK, config.series().transform());
    assertTrue(config.toYaml().contains("transform: random-walk"), config.toYaml());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unit: m|-Infinity|Infinity|AS_SEEN",
        "kind: continuous|-Infinity|Infinity|ANY",
        "kind: count|0|Infinity|WHOLE",
        "kind: intermittent|0|Infinity|AS_SEEN",
        "kind: share|0|1|ANY",
        "'kind: share, maximum: 100'|0|100|ANY",
      })
  void kindOfAVariableSaysItsLimitsUnlessTheyAreGiven(
      String variable, double minimum, double maximum, Limits.Values values) {
    JobConfig config =
        parse(
            "domain: a\nseries: {step: PT1H, targets: [b], variables: {b: {%s}}}\nforecast: {horizon: 2}"
                .formatted(variable));

    assertEquals(new Limits(minimum, maximum, values), config.groups().get("b").limits());
  }

  @Test
  void groupsMayHoldSeveralTargetsThatAreForecastAlike() {
    String yaml =
        """
        domain: weather
        series:
          step: PT1H
          targets: [inside, outside]
          variables:
            inside: {group: temperature}
            outside: {group: temperature%s}
        forecast: {horizon: 24}
        """;

    assertEquals(List.of("temperature"), List.copyOf(parse(yaml.formatted("")).groups().keySet()));
    String refusal =
        assertThrows(
                IllegalArgumentException.class,
                () -> parse(yaml.formatted(", maximum: 60")).groups())
            .getMessage();
    assertTrue(refusal.startsWith("series.variables.outside.group: temperature"), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "color: blue|color: unknown key; accepted: [",
        "kafka: {brokers: a}|kafka.brokers: unknown key; accepted: [",
        "model: {cells: lstm}|model.cells: unknown key; accepted: [",
        "retrain: {epochs: P1D}|retrain.epochs: unknown key; accepted: [",
        "ingest: {gap: P1D}|ingest.gap: unknown key; accepted: [",
        "postgres: {host: a}|postgres.host: unknown key; accepted: ["
      })
  void unknownKeyIsRefusedWithItsPath(String section, String start) {
    String refusal = refusal(LEAST + section);

    assertTrue(refusal.startsWith(start), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kafka: {partitions: 0}|kafka.partitions: 0; accepted: 1 to 10000",
        "kafka: {partitions: many}|kafka.partitions: ",
        "kafka: {transactionTimeout: P8D}|kafka.transactionTimeout: PT192H; accepted: PT1S to P7D",
        "kafka: {bootstrapServers: ''}|kafka.bootstrapServers: ",
        "kafka: {properties: {acks: 1}}|kafka.properties.acks: set by Tidecast; accepted: any other",
        "model: {layers: 9}|model.layers: 9; accepted: 1 to 4",
        "model: {hidden: 0}|model.hidden: 0; accepted: 1 to 512",
        "ingest: {maxGap: -PT1H}|ingest.maxGap: PT-1H; accepted: 0 to 100000 times series.step",
        "postgres: {url: 'mysql:'}|postgres.url: mysql:; accepted: jdbc:postgresql://",
        "model: {cell: gru}|model.cell: ",
        "model: {ablate: [state]}|model.ablate: unknown key; accepted: [cell, hidden, layers]",
        "retrain: {epoch: P1D, lead: P2D}|retrain.lead: PT48H; accepted: from PT0S to below",
        "retrain: {epoch: weekly}|retrain.epoch: ",
        "retrain: {sample: 0}|retrain.sample: 0.0; accepted: above 0, at most 1",
        "retrain: {margin: 1}|retrain.margin: 1.0; accepted: 0 to below 1",
        "retrain: {history: P1D}|retrain.history: PT24H; accepted: retrain.epoch, PT168H, or more",
        "retrain: {epoch: PT1H, history: PT1H}|retrain.history: PT1H; accepted: retrain.window and"
            + " forecast.horizon, 48 times series.step, or more",
        "ingest: {maxFuture: -PT1S}|ingest.maxFuture: PT-1S; accepted: PT0S or longer",
        "postgres: {retention: -P1D}|postgres.retention: PT-24H; accepted: PT0S, or"
      })
  void wrongValueIsRefusedWithKeyValueAndWhatIsAccepted(String section, String start) {
    String refusal = refusal(LEAST + section);

    assertTrue(refusal.startsWith(start), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "domain: Weather|lower-case letters, digits and hyphens",
        "domain: we/ather|lower-case letters, digits and hyphens"
      })
  void domainThatNoTopicMayBeCalledAfterIsRefused(String domain, String accepted) {
    String refusal = refusal(LEAST.replace("domain: weather", domain));

    assertTrue(refusal.startsWith("domain: "), refusal);
    assertTrue(refusal.contains(accepted), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "step: PT1H|series.step: absent; accepted: a duration, such as PT1H",
        "targets: [temperature]|series.targets: absent; accepted: a list of variables",
        "horizon: 24|forecast.horizon: absent; accepted: a number of steps"
      })
  void requiredKeyThatIsAbsentIsNamed(String key, String expected) {
    assertEquals(expected, refusal(LEAST.replace(key, "").replace("{,", "{")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"domain", "series", "forecast"})
  void requiredSectionThatIsAbsentIsNamed(String section) {
    String refusal = refusal(LEAST.replaceAll("(?m)^" + section + ":.*\\n", ""));

    assertTrue(refusal.startsWith(section + ": absent; accepted: "), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "horizon: 24|horizon: 0|forecast.horizon: 0; accepted: 1 to 2160",
        "horizon: 24|horizon: 24, levels: [0.5, 0.9]|forecast.levels: [0.5, 0.9]; accepted: an odd",
        "PT1H,|PT1H, history: 2,|series.history: 2; accepted: 8 to 100000",
        "PT1H,|PT1H, season: PT0S,|series.season: PT0S; accepted: 1 to 100000 steps",
        "PT1H,|PT1H, longSeason: -PT1H,|series.longSeason: PT-1H; accepted: 0 to 100000 steps",
        "PT1H,|PT1H, variables: {b: {minimum: 2, maximum: 1}},"
            + "|series.variables.b.minimum: 2.0; accepted: below the maximum, 1.0",
        "PT1H,|PT1H, variables: {b: {kind: counter}},"
            + "|series.variables.b.kind: counter; accepted: continuous, count, intermittent, share",
        "PT1H,|PT1H, transform: log-return, variables: {temperature: {maximum: -1}},"
            + "|series.variables.temperature.maximum: -1.0; accepted: above 0"
      })
  void refusalOfARequiredSectionNamesItsKey(String key, String with, String start) {
    String refusal = refusal(LEAST.replace(key, with));

    assertTrue(refusal.startsWith(start), refusal);
  }

  @Test
  void zoneThatIsNoneIsRefused() {
    String refusal = refusal(LEAST.replace("step: PT1H", "step: PT1H, zone: Mars/Olympus"));

    assertEquals(
        "series.zone: Mars/Olympus; accepted: an IANA zone, such as Europe/Berlin", refusal);
  }

  @Test
  void seasonIsAMultipleOfTheStep() {
    assertEquals(
        "series.season: PT1H30M; accepted: a multiple of series.step, PT1H",
        refusal(LEAST.replace("step: PT1H", "step: PT1H, season: PT90M")));
  }

  @Test
  void keyThatStandsTwiceIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> parse(LEAST + "domain: again\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "- a\n- b\n", "just text", "a: [b", "\t: x"})
  void whatIsNoConfigurationIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> parse(text));
  }

  @Test
  void environmentVariablesInValuesAreReplaced() {
    JobConfig config =
        ConfigFile.parse(
                LEAST
                    + """
                # not in comments: ${NOWHERE}
                kafka:
                  bootstrapServers: "${HOST}:${PORT}"
                  properties: {sasl.jaas.config: 'password="${SECRET}"'}
                """,
                Map.of("HOST", "broker", "PORT", "9093", "SECRET", "a$1\\b: {"))
            .job();

    assertEquals("broker:9093", config.kafka().bootstrapServers());
    assertEquals("password=\"a$1\\b: {\"", config.kafka().properties().get("sasl.jaas.config"));
  }

  @Test
  void environmentVariableThatIsNotSetIsNamed() {
    assertEquals(
        "${PASSWORD}: not set; accepted: an environment variable",
        refusal(LEAST + "postgres: {password: \"${PASSWORD}\"}"));
  }

  @Test
  void passwordsAreNotPrinted() {
    JobConfig config =
        parse(
            LEAST
                + """
                kafka: {properties: {sasl.jaas.config: my secret}}
                postgres: {password: a secret, readerPassword: another secret}
                """);

    assertFalse(config.toString().contains("secret"), config.toString());
  }

  static List<Path> shippedConfigurations() throws IOException {
    Path directory = Path.of(System.getProperty("basedir", ""), "src/main/dist/conf");
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("shippedConfigurations")
  void shippedConfigurationsAreAccepted(Path file) throws IOException {
    ConfigFile config = ConfigFile.read(file);

    assertFalse(config.job().groups().isEmpty());
    boolean isOfAFile = config.job().feed().path("type").asText().equals("file");
    (isOfAFile ? config.withData(Path.of("data.csv.gz")) : config).job().anyFeed();
  }

  @Test
  void generatedWeatherOfTheDemoIsTheShippedOne() throws IOException {
    Path file = Path.of(System.getProperty("basedir", ""), "src/main/dist/conf/weather.yaml");

    assertEquals(JobConfig.read(file), ConfigFile.packaged("weather").job());
  }

  @Test
  void fileOfAFeedOfAnotherTypeIsRefused() throws IOException {
    ConfigFile config = ConfigFile.packaged("weather");

    String refusal =
        assertThrows(IllegalArgumentException.class, () -> config.withData(Path.of("weather.csv")))
            .getMessage();
    assertTrue(refusal.startsWith("--data: weather.csv; accepted: "), refusal);
  }

  @Test
  void configurationWithoutAFeedHasNone() {
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> parse(LEAST).anyFeed()).getMessage();

    assertTrue(refusal.startsWith("feed: absent; accepted: "), refusal);
  }
}
