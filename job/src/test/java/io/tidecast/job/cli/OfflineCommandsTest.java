package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfflineCommandsTest {
  private static final String CONFIG =
      """
      domain: test
      series: {step: PT1H, season: PT12H, targets: ['PM2.5 (ug)'], history: 36}
      forecast: {horizon: %d}
      model: {hidden: 4}
      feed:
        type: file
        time: {column: time}
        streams: {a: {PM2.5 (ug): load}}
      """;

  @TempDir Path directory;

  private final StringWriter err = new StringWriter();
  private String config;
  private String data;

  @BeforeEach
  void writeFiles() throws IOException {
    config = Files.writeString(directory.resolve("config.yaml"), CONFIG.formatted(4)).toString();
    Random random = new Random(3);
    StringBuilder csv = new StringBuilder("time,load\n");
    for (int i = 0; i < 900; i++) {
      double load = 5 + 2 * Math.sin(2 * Math.PI * i / 12) + 0.3 * random.nextGaussian();
      Instant time = Instant.parse("2024-01-01T00:00:00Z").plusSeconds(3600L * i);
      csv.append(String.format(Locale.ROOT, "%s,%.4f%n", time, load));
    }
    data = Files.writeString(directory.resolve("data.csv"), csv).toString();
  }

  private int run(String... arguments) {
    return Tidecast.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
  }

  private int backtest(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("backtest", "--config", config, "--data", data));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void backtestWritesJsonAndPictures() throws IOException {
    Path json = directory.resolve("result.json");
    Path pictures = directory.resolve("pictures");

    int code =
        backtest(
            "--split",
            "500,200,200",
            "--horizon",
            "3",
            "--cell",
            "rnn",
            "--ablate",
            "cell,highway",
            "--json",
            json.toString(),
            "--plot",
            pictures.toString());

    assertEquals(0, code, err::toString);
    for (JsonNode values : new ObjectMapper().readTree(json.toFile()).get("values")) {
      assertTrue(values.get("read").asLong() > 0);
      assertEquals(
          values.get("read").asLong(),
          values.get("stepped").asLong()
              + values.get("replaced").asLong()
              + values.get("masked").asLong());
    }
    JsonNode rows = new ObjectMapper().readTree(json.toFile()).get("rows");
    assertEquals("tidecast", rows.get(0).get("method").asText());
    assertEquals(3, rows.get(0).get("horizon").asInt());
    assertEquals("tidecast without cell", rows.get(1).get("method").asText());
    assertEquals("tidecast without highway", rows.get(2).get("method").asText());
    try (Stream<Path> written = Files.list(pictures)) {
      assertEquals(
          List.of(
              "PM2.5__ug_-error-by-lead.png",
              "PM2.5__ug_-forecast.png",
              "PM2.5__ug_-losses.png",
              "PM2.5__ug_-reliability.png"),
          written.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @Test
  void forecastsThatAreWrittenAreAMethodAgainLikeAnyOther() throws IOException {
    Path forecasts = directory.resolve("forecasts.csv");
    Path json = directory.resolve("result.json");

    assertEquals(0, backtest("--stride", "7", "--forecasts", forecasts.toString()), err::toString);
    int code =
        backtest("--stride", "7", "--against", forecasts.toString(), "--json", json.toString());

    assertEquals(0, code, err::toString);
    JsonNode rows = new ObjectMapper().readTree(json.toFile()).get("rows");
    assertEquals("forecasts.csv", rows.get(1).get("method").asText());
    for (String measure : List.of("windows", "mse", "crps", "coverage", "leads")) {
      assertEquals(rows.get(0).get(measure), rows.get(1).get(measure), measure);
    }
    List<String> lines = Files.readAllLines(forecasts);
    assertEquals("series,origin,lead,time,actual,0.05,0.1,0.25,0.5,0.75,0.9,0.95", lines.get(0));
    // every seventh of the origins that have four targets in the last 180 hours
    assertEquals(1 + 4 * 26, lines.size());
    assertTrue(
        lines.get(1).startsWith("a/PM2.5 (ug),2024-01-30T23:00:00Z,1,2024-01-31T00:00:00Z,"));
  }

  @Test
  void forecastsFromElsewhereAreRefusedWithTheColumnThatIsMissing() throws IOException {
    Path foreign = Files.writeString(directory.resolve("f.csv"), "series,origin,0.5\n");

    assertEquals(2, backtest("--against", foreign.toString()));

    assertTrue(err.toString().contains("accepted: at least [series, origin, lead"), err::toString);
  }

  @Test
  void forecastIsFromTheEndOfEachSeriesWhereverThatIs() throws IOException {
    String csv = Files.readString(Path.of(data));
    String shorter =
        csv.lines().limit(800).map(line -> line + ",").reduce("", (a, b) -> a + b + "\n");
    String both =
        shorter.replaceFirst("time,load,", "time,load,other").replaceAll("(\\d\\d),\\n", "$1,1\n");
    Path two = Files.writeString(directory.resolve("two.csv"), both);
    String twoStreams =
        Files.writeString(
                directory.resolve("two.yaml"),
                CONFIG
                    .formatted(4)
                    .replace(
                        "streams: {a: {PM2.5 (ug): load}}",
                        "streams: {a: {PM2.5 (ug): load}, b: {PM2.5 (ug): other}}"))
            .toString();
    Path rows = directory.resolve("next.csv");
    Path lines = directory.resolve("next.json");

    assertEquals(
        0,
        run("forecast", "--config", twoStreams, "--data", two.toString(), "--out", rows.toString()),
        err::toString);
    assertEquals(
        0,
        run(
            "forecast",
            "--config",
            twoStreams,
            "--data",
            two.toString(),
            "--out",
            lines.toString()),
        err::toString);

    List<String> written = Files.readAllLines(rows);
    assertEquals(1 + 2 * 4, written.size());
    assertTrue(written.get(1).startsWith("a/PM2.5 (ug),2024-02-03T06:00:00Z,1,"), written.get(1));
    List<String> json = Files.readAllLines(lines);
    assertEquals(2, json.size());
    JsonNode first = new ObjectMapper().readTree(json.get(0));
    assertEquals("a/PM2.5 (ug)", first.get("series").asText());
    assertEquals("model", first.get("quality").asText());
  }

  @Test
  void forecastTakesAModelThatWasTrainedBefore() throws IOException {
    Path model = trained(directory.resolve("models"));
    Path lines = directory.resolve("next.json");

    int code =
        run(
            "forecast",
            "--config",
            config,
            "--data",
            data,
            "--model",
            model.toString(),
            "--out",
            lines.toString());

    assertEquals(0, code, err::toString);
    JsonNode json = new ObjectMapper().readTree(Files.readString(lines));
    assertEquals(
        model.getFileName().toString().replace(".safetensors", ""), json.get("model").asText());
    assertEquals("2024-02-07T11:00:00Z", json.get("origin").asText());
  }

  @Test
  void tooLittleHistoryIsOneLineAndTheReaderIsToBlame() throws IOException {
    String few =
        Files.readString(Path.of(data)).lines().limit(60).reduce("", (a, b) -> a + b + "\n");
    Path tiny = Files.writeString(directory.resolve("tiny.csv"), few);

    assertEquals(2, run("train", "--config", config, "--data", tiny.toString()));

    assertTrue(err.toString().contains("failed: Expected at least 64 usable steps"), err::toString);
    assertTrue(err.toString().contains("retrain.minimumHistory"), err::toString);
  }

  @Test
  void forecastOfAFewRowsIsThatOfTheNaivesAndSaysSo() throws IOException {
    for (int rows : new int[] {1, 2, 60}) {
      String few =
          Files.readString(Path.of(data))
              .lines()
              .limit(1 + rows)
              .reduce("", (a, b) -> a + b + "\n");
      Path tiny = Files.writeString(directory.resolve("tiny.csv"), few);
      Path lines = directory.resolve("next.json");

      assertEquals(
          0,
          run("forecast", "--config", config, "--data", tiny.toString(), "--out", lines.toString()),
          err::toString);

      JsonNode json = new ObjectMapper().readTree(Files.readString(lines));
      assertEquals("naive", json.get("quality").asText());
    }
  }

  @Test
  void whatEndedLongAgoIsForecastByTheModelTooThoughACovariateGoesOn() throws IOException {
    String csv = Files.readString(Path.of(data));
    List<String> both = new ArrayList<>(List.of("time,load,other,warmth"));
    csv.lines().skip(1).forEach(line -> both.add(line + (both.size() < 400 ? ",1,20" : ",,20")));
    Path two = Files.writeString(directory.resolve("two.csv"), String.join("\n", both) + "\n");
    String twoStreams =
        "{a: {PM2.5 (ug): load, warmth: warmth}, b: {PM2.5 (ug): other, warmth: warmth}}";
    String yaml =
        CONFIG
            .formatted(4)
            .replace("{a: {PM2.5 (ug): load}}", twoStreams)
            .replace("history: 36", "history: 36, covariates: [warmth]");
    Path file = Files.writeString(directory.resolve("two.yaml"), yaml);
    Path lines = directory.resolve("next.json");

    int code =
        run(
            "forecast",
            "--config",
            file.toString(),
            "--data",
            two.toString(),
            "--out",
            lines.toString());

    assertEquals(0, code, err::toString);
    for (String line : Files.readAllLines(lines)) {
      assertEquals("model", new ObjectMapper().readTree(line).get("quality").asText(), line);
    }
  }

  @Test
  void forecastsFromElsewhereThatAreNoTextAreRefusedBeforeATraining() throws IOException {
    Path bytes = Files.write(directory.resolve("f.csv"), new byte[] {(byte) 0xff, 10});
    for (Path path : List.of(bytes, directory)) {
      err.getBuffer().setLength(0);

      assertEquals(2, backtest("--against", path.toString()));

      assertEquals(
          "tidecast: --against: " + path + "; accepted: a file of text in UTF-8",
          err.toString().strip());
    }
  }

  @Test
  void fileWithoutAValueIsRefusedByItsName() throws IOException {
    Path empty =
        Files.writeString(directory.resolve("empty.csv"), "time,load\n2024-01-01T00:00:00Z,NA\n");
    for (String command : List.of("train", "backtest", "forecast")) {
      err.getBuffer().setLength(0);

      assertEquals(2, run(command, "--config", config, "--data", empty.toString()));

      assertTrue(err.toString().contains("empty.csv: series.targets: ["), err::toString);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--split 1,2 | --split: 1,2; accepted: TRAIN,VALIDATION,TEST",
        "--split 500,300,200 | --split: 500,300,200; accepted: at most the 900 steps",
        "--split 500,300,3 | forecast.horizon: 4; accepted: at most the 3 steps",
        "--cell gru | lstm",
        "--ablate brain | state",
        "--mode live | frozen",
        "--horizon 0 | forecast.horizon",
      })
  void whatCannotBeIsRefusedWithWhatCan(String options, String message) {
    assertEquals(2, backtest(options.split(" ")));

    assertTrue(err.toString().contains(message), err::toString);
  }

  @Test
  void historyComesFromAFileOrTheTopicNotBoth() {
    assertEquals(2, run("train", "--config", config, "--data", data, "--topic"));

    assertTrue(err.toString().contains("accepted: one of the two"), err::toString);
  }

  @Test
  void whatIsTrainedCanBeStartedFromByTheSameConfigurationOnly() throws IOException {
    Path model = trained(directory.resolve("models"));

    assertTrue(model.getFileName().toString().matches("PM2\\.5__ug_-1-[0-9a-f]{8}\\.safetensors"));
    JobConfig job = JobConfig.read(Path.of(config));
    assertEquals(
        "PM2.5__ug_-1-",
        Champions.read(List.of(model), job.groups())
            .progress("PM2.5__ug_")
            .version()
            .substring(0, 13));
    String other =
        Files.writeString(directory.resolve("other.yaml"), CONFIG.formatted(5)).toString();
    assertEquals(2, run("run", "--config", other, "--model", model.toString()));
    assertTrue(
        err.toString()
            .contains("accepted: a model that serves under this configuration (horizon: "),
        err::toString);
    assertEquals(2, run("run", "--config", config, "--model", data));
    assertTrue(err.toString().contains("accepted: a model artifact"), err::toString);
  }

  @Test
  void importedModelIsNamedByItsContentAndForThisConfigurationOnly() throws IOException {
    Path model = trained(directory.resolve("models"));
    byte[] bytes = Files.readAllBytes(model);
    Path foreign = directory.resolve("foreign.safetensors");
    // an unknown name in the metadata, whose text keeps its length
    Files.write(foreign, replaced(bytes, "\"version\"", "\"trainer\""));
    Path imported = directory.resolve("imported");

    assertEquals(
        0, run("import", "--config", config, "--out", imported.toString(), foreign.toString()));
    assertArrayEquals(bytes, Files.readAllBytes(imported.resolve(model.getFileName())));

    String other =
        Files.writeString(directory.resolve("other.yaml"), CONFIG.formatted(5)).toString();
    assertEquals(2, run("import", "--config", other, foreign.toString()));
    assertTrue(
        err.toString().contains("does not serve under this configuration: horizon: "),
        err::toString);
    assertEquals(2, run("import", "--config", config, data));
    assertTrue(err.toString().contains("accepted: a model in safetensors"), err::toString);
  }

  private Path trained(Path models) throws IOException {
    assertEquals(0, run("train", "--config", config, "--data", data, "--out", models.toString()));
    try (Stream<Path> written = Files.list(models)) {
      return written.findFirst().orElseThrow();
    }
  }

  private static byte[] replaced(byte[] bytes, String text, String by) {
    String all = new String(bytes, StandardCharsets.ISO_8859_1);
    assertTrue(all.contains(text));
    return all.replace(text, by).getBytes(StandardCharsets.ISO_8859_1);
  }
}
