package io.tidecast.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.model.artifact.InvalidArtifactException;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.HiddenState;
import io.tidecast.model.member.HighwayMember;
import io.tidecast.model.member.RecurrentMember;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.weights.ForecastModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same weights give the same quantiles here and in PyTorch, whose side is {@code
 * src/test/python/tidecast_torch.py}.
 *
 * <p>Two tests run it where a Python with torch is found: {@code python3}, or {@code
 * -Dtidecast.python=PATH}. The files under {@code pytorch} in the test resources are what PyTorch
 * 2.15 trained and answered; {@code -Dtidecast.golden=DIRECTORY} writes them anew. They also hold
 * the feature pipeline to what a stored model was trained on.
 */
class PyTorchParityTest {
  private static final List<CellConfig.Kind> KINDS =
      List.of(CellConfig.Kind.LSTM, CellConfig.Kind.RNN, CellConfig.Kind.FEED_FORWARD);
  private static final int HORIZON = 3;
  private static final int STEPS = 120;
  private static final int FIRST_ORIGIN = 100;
  private static final int ORIGINS = 12;
  // float sums of some 20 terms in another order, other activations, values of about 1
  private static final double TOLERANCE = 1e-5;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @ParameterizedTest
  @EnumSource(
      value = CellConfig.Kind.class,
      names = {"LSTM", "RNN", "FEED_FORWARD"})
  void modelTrainedInPyTorchIsImportedAndForecastsAsItDidThere(CellConfig.Kind kind)
      throws IOException, InvalidArtifactException {
    ForecastModel model = ModelArtifact.importFrom(resource(kind, "model.safetensors"));

    assertEquals(config(kind), model.config());
    assertSameQuantiles(JSON.readTree(resource(kind, "quantiles.json")), model);
    assertEquals(
        model.version(), ModelArtifact.read(ModelArtifact.write(model)).version(), "is kept");
  }

  @Test
  void importedModelIsServed() throws IOException, InvalidArtifactException {
    ForecastModel model =
        ModelArtifact.importFrom(resource(CellConfig.Kind.LSTM, "model.safetensors"));
    SeriesForecaster forecaster = new SeriesForecaster(model.config(), 24);
    SeriesState state = forecaster.newState();

    int served = 0;
    for (int t = 0; t < STEPS; t++) {
      ClosedStep step = new ClosedStep(t, value(t), covariates(t));
      Optional<Forecast> forecast = forecaster.step(state, step, model).forecast();
      served += forecast.filter(f -> f.version().equals(model.version())).isPresent() ? 1 : 0;
    }

    assertTrue(served > STEPS / 2, "served " + served);
  }

  @Test
  void exportedModelsForecastTheSameInPyTorch() throws IOException, InterruptedException {
    for (CellConfig.Kind kind : KINDS) {
      writeRequest(kind);
      Files.write(home(kind).resolve("model.safetensors"), ModelArtifact.write(exported(kind)));
    }

    run("quantiles");

    for (CellConfig.Kind kind : KINDS) {
      assertSameQuantiles(answer(kind), exported(kind));
    }
  }

  @Test
  void modelsTrainedNowInPyTorchAreImportedAndForecastAsTheyDoThere()
      throws IOException, InterruptedException, InvalidArtifactException {
    for (CellConfig.Kind kind : KINDS) {
      writeRequest(kind);
    }

    run("train");

    for (CellConfig.Kind kind : KINDS) {
      Path file = home(kind).resolve("model.safetensors");
      assertSameQuantiles(answer(kind), ModelArtifact.importFrom(Files.readAllBytes(file)));
      keepGolden(kind);
    }
  }

  private void keepGolden(CellConfig.Kind kind) throws IOException {
    String golden = System.getProperty("tidecast.golden");
    if (golden != null) {
      for (String name : List.of("model.safetensors", "quantiles.json")) {
        Path kept = Files.createDirectories(Path.of(golden, kind.toString())).resolve(name);
        Files.write(kept, Files.readAllBytes(home(kind).resolve(name)));
      }
    }
  }

  private Path home(CellConfig.Kind kind) throws IOException {
    return Files.createDirectories(directory.resolve(kind.toString()));
  }

  private JsonNode answer(CellConfig.Kind kind) throws IOException {
    return JSON.readTree(Files.readAllBytes(home(kind).resolve("quantiles.json")));
  }

  private static byte[] resource(CellConfig.Kind kind, String name) throws IOException {
    try (InputStream in =
        PyTorchParityTest.class.getResourceAsStream("pytorch/" + kind + "/" + name)) {
      return in.readAllBytes();
    }
  }

  private void run(String command) throws IOException, InterruptedException {
    String python = System.getProperty("tidecast.python", "python3");
    if (exit(python, "-c", "import torch") != 0) {
      abort("no torch in " + python);
    }
    List<String> words = new ArrayList<>(List.of(python, "src/test/python/tidecast_torch.py"));
    words.add(command);
    for (CellConfig.Kind kind : KINDS) {
      words.add(home(kind).toString());
    }
    int exit = exit(words.toArray(String[]::new));
    assertEquals(0, exit, () -> log());
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("log"));
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }

  private int exit(String... words) throws IOException, InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
    } catch (IOException e) {
      return abort("no " + words[0]);
    }
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running after 5 minutes");
    return process.exitValue();
  }

  private static ForecasterConfig config(CellConfig.Kind kind) {
    return ForecasterConfig.of(Duration.ofHours(1), HORIZON, 6, 0).toBuilder()
        .levels(new QuantileLevels(List.of(0.1, 0.25, 0.5, 0.75, 0.9)))
        .covariates(List.of("wind"))
        .calendar(
            new Calendar(Calendar.zone("Europe/Berlin"), List.of(Calendar.Feature.HOUR_OF_DAY)))
        .cell(new CellConfig(kind, 2, 5))
        .history(12)
        .maxGap(4)
        .build();
  }

  private static ForecastModel exported(CellConfig.Kind kind) {
    ForecastModel random = RandomModels.model(config(kind), "", 3);
    return ModelArtifact.seal(
        random.config(),
        random.layers(),
        random.headOrNull(),
        random.highwayOrNull(),
        random.provenance());
  }

  private static float value(int t) {
    return t % 17 == 11 ? Float.NaN : (float) (Math.sin(Math.PI * t / 3) + Math.sin(0.7 * t * t));
  }

  private static float[] covariates(int t) {
    return new float[] {t % 13 == 4 ? Float.NaN : (float) Math.cos(1.3 * t)};
  }

  /** What PyTorch is told of the series: the pipeline's inputs and what forecasts build on. */
  private void writeRequest(CellConfig.Kind kind) throws IOException {
    ForecasterConfig config = config(kind);
    ObjectNode request = JSON.createObjectNode();
    request.set("metadata", metadata(ModelArtifact.write(exported(kind))));
    ObjectNode series = request.putObject("series");
    ArrayNode inputs = series.putArray("inputs");
    ArrayNode origins = series.putArray("origins");
    ArrayNode last = series.putArray("last");
    ArrayNode scale = series.putArray("scale");
    ArrayNode naive = series.putArray("naive");
    ArrayNode deviations = series.putArray("deviations");
    ArrayNode covariates = series.putArray("covariates");
    ArrayNode targets = series.putArray("targets");
    overSeries(
        config,
        (t, pipeline, row) -> {
          add(inputs, row);
          if (isOrigin(t)) {
            origins.add(t);
            last.add(pipeline.last());
            scale.add(pipeline.scale());
            float[] ahead = new float[HORIZON];
            float[] season = new float[HORIZON];
            for (int h = 0; h < HORIZON; h++) {
              float target = value(t + 1 + h);
              ahead[h] = Float.isNaN(target) ? 0 : target;
              season[h] = pipeline.seasonalNaive(h + 1);
            }
            add(targets, ahead);
            add(naive, season);
            float[] past = new float[config.history() - 1];
            pipeline.deviations(past, past.length);
            add(deviations, past);
            float[] levels = new float[config.covariates().size()];
            pipeline.covariateLevels(levels, 0);
            add(covariates, levels);
          }
        });
    Files.write(home(kind).resolve("request.json"), JSON.writeValueAsBytes(request));
  }

  private static void add(ArrayNode to, float[] values) {
    ArrayNode row = to.addArray();
    for (float value : values) {
      row.add(value);
    }
  }

  /** Configuration and provenance as this side writes them; version and hash are not for others. */
  private static JsonNode metadata(byte[] artifact) throws IOException {
    int length = (int) ByteBuffer.wrap(artifact).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String header = new String(artifact, 8, length, StandardCharsets.UTF_8);
    ObjectNode metadata = (ObjectNode) JSON.readTree(header).path("__metadata__");
    return metadata.remove(List.of("version", "sha256"));
  }

  private static boolean isOrigin(int t) {
    return t >= FIRST_ORIGIN && t < FIRST_ORIGIN + ORIGINS;
  }

  private interface Stepped {
    void step(int t, SeriesInputs pipeline, float[] row);
  }

  private static void overSeries(ForecasterConfig config, Stepped stepped) {
    SeriesInputs pipeline = new SeriesInputs(config);
    float[] row = new float[InputLayout.of(config).size()];
    for (int t = 0; t < STEPS; t++) {
      pipeline.step(value(t), covariates(t));
      pipeline.fill(t, row);
      stepped.step(t, pipeline, row);
    }
  }

  private static void assertSameQuantiles(JsonNode expected, ForecastModel model) {
    ForecasterConfig config = model.config();
    RecurrentMember recurrent = new RecurrentMember(model);
    HighwayMember highway = new HighwayMember(model.highway().orElseThrow(), model.config());
    HiddenState state = new HiddenState(config);
    float[] last = new float[HORIZON];
    float[] quantiles = new float[HORIZON * config.levels().size()];
    overSeries(
        config,
        (t, pipeline, row) -> {
          recurrent.step(state, row);
          if (isOrigin(t)) {
            Arrays.fill(last, pipeline.last());
            recurrent.forecast(state, pipeline, last, new float[0], quantiles);
            assertEqual(expected.path("recurrent").path(t - FIRST_ORIGIN), quantiles, t);
            highway.forecast(pipeline, t, new float[0], quantiles);
            assertEqual(expected.path("highway").path(t - FIRST_ORIGIN), quantiles, t);
          }
        });
  }

  private static void assertEqual(JsonNode expected, float[] quantiles, int origin) {
    int levels = quantiles.length / HORIZON;
    for (int h = 0; h < HORIZON; h++) {
      for (int j = 0; j < levels; j++) {
        JsonNode there = expected.path(h).path(j);
        String place = "origin " + origin + " lead " + (h + 1) + " level " + j;
        assertTrue(there.isNumber(), place);
        assertEquals(there.asDouble(), quantiles[h * levels + j], TOLERANCE, place);
      }
    }
    assertEquals(HORIZON, expected.size(), Arrays.toString(quantiles));
  }
}
