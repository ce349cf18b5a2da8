package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.GeneratedMarketFeed;
import io.tidecast.connectors.feed.GeneratedWeatherFeed;
import io.tidecast.connectors.file.FileFeed;
import io.tidecast.job.config.ConfigKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every key with a value that cannot be: the start stops with that key. */
class WrongConfigurationTest {
  private static final String LEAST =
      """
      domain: weather
      series: {step: PT1H, targets: [a]}
      forecast: {horizon: 24}
      """;

  /** A value of a kind that no key of the section has. */
  private static final Map<String, String> WRONG_KIND =
      Map.of(
          "domain", "{a: b}",
          "kafka.bootstrapServers", "{a: b}",
          "source.pattern", "{a: b}",
          "series.zone", "{a: b}",
          "series.variables.NAME.unit", "{a: b}",
          "series.variables.NAME.group", "{a: b}",
          "postgres.url", "{a: b}",
          "postgres.user", "{a: b}",
          "postgres.password", "{a: b}",
          "postgres.readerPassword", "{a: b}");

  /** What reads like a key of the file, wherever a message has it. */
  private static final Pattern KEY =
      Pattern.compile(
          "\\b(kafka|series|forecast|model|retrain|ingest|feed|postgres)(\\.[a-zA-Z_]+)+(?=\\W|$)");

  private static final List<Class<? extends Feed>> FEEDS =
      List.of(FileFeed.class, GeneratedWeatherFeed.class, GeneratedMarketFeed.class);

  @TempDir Path directory;

  /** Of a configuration with other values. */
  private String refusal(String... set) throws IOException {
    return refusalBy("run", set);
  }

  private String refusalBy(String command, String... set) throws IOException {
    StringWriter err = new StringWriter();
    Path file = Files.writeString(directory.resolve("config.yaml"), LEAST);
    int code =
        Tidecast.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute(
                Stream.concat(
                        Stream.of(command, "--config", file.toString(), "--set"), Stream.of(set))
                    .toArray(String[]::new));
    assertEquals(2, code, err::toString);
    assertNamesNoKeyButThoseThatThereAre(err.toString());
    return err.toString();
  }

  private static void assertNamesNoKeyButThoseThatThereAre(String refusal) {
    Matcher words = KEY.matcher(refusal);
    while (words.find()) {
      String word = words.group();
      boolean isSaidToBeUnknown = refusal.contains(word + ": unknown key");
      assertTrue(isKey(word) || isSaidToBeUnknown, word + " in: " + refusal);
    }
  }

  @Test
  void valueOfTheWrongKindIsRefusedWithItsKey() throws IOException {
    Set<String> keys = new TreeSet<>(ConfigKeys.all());
    keys.remove("feed"); // is not read by run
    for (String key : keys) {
      String inFile = key.replace("NAME", "a");

      String refusal = refusal(inFile + "=" + WRONG_KIND.getOrDefault(key, "wrong"));

      assertTrue(refusal.startsWith("tidecast: " + inFile + ": "), refusal);
      assertFalse(refusal.contains("\tat "), refusal);
    }
  }

  @Test
  void valueOfTheWrongKindInAFeedIsRefusedWithItsKey() throws IOException {
    for (Class<? extends Feed> type : FEEDS) {
      for (String key : ConfigKeys.ofFeed(type)) {
        assertRefusedInAFeed(type.getAnnotation(JsonTypeName.class).value(), key);
      }
    }
  }

  private void assertRefusedInAFeed(String type, String key) throws IOException {
    String inFile = key.replace("NAME", "a");
    // whose own names are the user's
    boolean isAMap = key.endsWith(".streams") || key.endsWith(".words");
    String wrong = isAMap ? "wrong" : "{a: {b: c}}";

    String refusal = refusalBy("feed", "feed.type=" + type, "--set", inFile + "=" + wrong);

    assertTrue(refusal.contains("tidecast: " + inFile), refusal);
    assertTrue(refusal.contains("; accepted: "), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "domain | Weather",
        "kafka.bootstrapServers | ''",
        "kafka.transactionTimeout | P8D",
        "kafka.partitions | 0",
        "source.topics | [a, a]",
        "source.pattern | hall(",
        "source.start | yesterday",
        "source.start | +1000000000-12-31T23:59:59Z",
        "retrain.every | PT9223372036854775807S",
        "series.step | PT0S",
        "series.step | 1",
        "series.step | P1Q",
        "series.season | PT90M",
        "series.longSeason | -PT1H",
        "series.targets | []",
        "series.targets | [a, a]",
        "series.targets | [a/b]",
        "series.targets | ['']",
        "series.targets | [a, ~]",
        "series.covariates | [b, b]",
        "series.covariates | [b/c]",
        "series.variables.a.group | weather/eu",
        "series.variables.a.group | t@2m",
        "series.variables.a.group | ' '",
        "series.variables.a.minimum | 1.0e+999",
        "series.groups | {north: []}",
        "series.groups | {north: [N-1], south: [N-1]}",
        "series.groups | {no rth: [N-1]}",
        "series.history | 7",
        "series.history | 9.5",
        "series.zone | Mars/Olympus",
        "forecast.horizon | 2161",
        "forecast.levels | [0.5]",
        "forecast.evaluationPeriod | -PT1H",
        "forecast.evaluationPeriod | PT90M",
        "forecast.evaluationPeriod | PT30M",
        "model.layers | 5",
        "model.hidden | 513",
        "retrain.epoch | PT0S",
        "retrain.epoch | PT1M",
        "retrain.lead | P7D",
        "retrain.every | -P1D",
        "retrain.minimumHistory | 0",
        "retrain.window | 0",
        "retrain.history | P1D",
        "retrain.sample | 1.1",
        "retrain.margin | 1",
        "ingest.maxOutOfOrder | -PT1S",
        "ingest.maxOutOfOrder | 30",
        "ingest.maxFuture | -PT1S",
        "ingest.maxGap | -PT1H",
        "ingest.maxGap | PT30M",
        "ingest.idleTimeout | -PT1S",
        "ingest.maxDrift | -PT1S",
        "ingest.ttl | PT0S",
        "ingest.ttl | -P1D",
        "ingest.ttl | PT23H",
        "kafka.replicationFactor | 101",
        "kafka.retention | -P1D",
        "postgres.url | mysql://db",
        "postgres.user | ''",
        "postgres.retention | -P1D",
        "postgres.retention | PT1S",
        "flink.execution.checkpoint.interval | 10 s",
        "flink.execution.checkpointing.interval | soon",
        "flink.parallelism.defualt | 2",
        "flink.execution.checkpointing.dir | /var/lib/tidecast"
      })
  void valueOutOfRangeIsRefusedWithItsKeyAndWhatIsAccepted(String key, String value)
      throws IOException {
    String refusal = refusal(key + "=" + value);

    assertTrue(refusal.startsWith("tidecast: " + key + ": "), refusal);
    assertTrue(refusal.contains("; accepted: "), refusal);
    assertTrue(isKey(key), key);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "series.season=P1D | series.history=12 | series.history: 12; accepted: series.season, 24",
        "series.variables.b.minimum=0 | domain=w | series.variables.b: neither target nor covariate",
        "series.covariates=[b] | series.variables.b.group=c | series.variables.b.group: c; accepted",
        "series.targets=[a b, a_b] | domain=w | series.variables.a_b.group: a_b; accepted: a name of",
        "series.targets=[a, b] | series.variables.a.group=b | series.variables.b.group: b; accepted",
        "kafka.transactionTimeout=PT9S | flink.execution.checkpointing.interval=10 s"
            + " | kafka.transactionTimeout: PT9S; accepted: longer than flink.execution"
      })
  void whatDoesNotGoTogetherIsRefused(String one, String other, String start) throws IOException {
    String refusal = refusal(one, "--set", other);

    assertTrue(refusal.startsWith("tidecast: " + start), refusal);
  }

  @Test
  void levelsThatDashboardsHaveNoColumnsForAreRefusedByStore() throws IOException {
    StringWriter err = new StringWriter();
    Path file = Files.writeString(directory.resolve("config.yaml"), LEAST);

    int code =
        Tidecast.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute(
                "store", "--config", file.toString(), "--set", "forecast.levels=[0.2, 0.5, 0.8]");

    assertEquals(2, code, err::toString);
    assertTrue(err.toString().contains("tidecast: forecast.levels: [0.2, 0.5, 0.8]; accepted: "));
  }

  /** A key, or the beginning of one. */
  private static boolean isKey(String words) {
    List<String> key = List.of(words.split("\\."));
    return words.startsWith("flink.")
        || Stream.concat(Stream.of(ConfigKeys.all()), FEEDS.stream().map(ConfigKeys::ofFeed))
            .flatMap(List::stream)
            .anyMatch(known -> begins(List.of(known.split("\\.")), key));
  }

  private static boolean begins(List<String> known, List<String> key) {
    return key.size() <= known.size()
        && IntStream.range(0, key.size())
            .allMatch(i -> known.get(i).equals("NAME") || known.get(i).equals(key.get(i)));
  }
}
