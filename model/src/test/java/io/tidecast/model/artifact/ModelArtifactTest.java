package io.tidecast.model.artifact;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Holidays;
import io.tidecast.model.Limits;
import io.tidecast.model.Otherwise;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Transform;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.LstmWeights;
import io.tidecast.model.weights.Provenance;
import io.tidecast.model.weights.RnnWeights;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ModelArtifactTest {
  static final int INPUTS = InputLayout.of(model(3).config()).size();

  @Test
  void whatWasWrittenIsReadBackAndWrittenTheSame() throws InvalidArtifactException {
    ForecastModel model = model(3);

    byte[] bytes = ModelArtifact.write(model);
    ForecastModel read = ModelArtifact.read(bytes);

    assertEquals(2, read.layers().size());
    assertEquals(model, read);
    assertEquals(model.hashCode(), read.hashCode());
    assertNotEquals(model.head(), model.head().map(head -> head.moved(1e-3f)));
    assertArrayEquals(bytes, ModelArtifact.write(read));
  }

  @Test
  void anArtifactOfTheFirstFormatIsReadUnderItsName() throws IOException, InvalidArtifactException {
    // of a random walk, whose configuration also tells that the cell state was switched off
    byte[] stored;
    try (InputStream resource = getClass().getResourceAsStream("model-v1.safetensors")) {
      stored = resource.readAllBytes();
    }
    String text = new String(stored, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("difference") && text.contains("resetCell"), text.substring(0, 800));

    ForecastModel read = ModelArtifact.read(stored);

    assertEquals("temperature_2m-12-1e59ec0a", read.version());
    assertEquals(Transform.RANDOM_WALK, read.config().transform());
    assertEquals(model(3).provenance(), read.provenance());
    byte[] damaged = stored.clone();
    damaged[text.indexOf("resetCell")] ^= 1;
    assertThrows(InvalidArtifactException.class, () -> ModelArtifact.read(damaged));
    assertTrue(
        !new String(
                ModelArtifact.write(ModelArtifact.importFrom(stored)), StandardCharsets.ISO_8859_1)
            .contains("resetCell"));
  }

  @Test
  void whichValuesCanBeTrueIsReadBack() throws InvalidArtifactException {
    ForecastModel model = model(3);
    Limits counts = new Limits(0, 99, Limits.Values.WHOLE);
    ForecasterConfig config = model.config().toBuilder().limits(counts).build();
    ForecastModel sealed =
        ModelArtifact.seal(
            config,
            model.layers(),
            model.head().orElseThrow(),
            model.highway().orElseThrow(),
            model.provenance());

    assertEquals(config, ModelArtifact.read(ModelArtifact.write(sealed)).config());
  }

  @Test
  void aHighwayThatReadsNoCovariatesHasNoTensorForThem() throws InvalidArtifactException {
    ForecastModel model = model(3);
    HighwayWeights full = model.highway().orElseThrow();
    HighwayWeights without =
        new HighwayWeights(
            full.horizon(),
            full.lookBack(),
            full.levels(),
            full.weight(),
            new float[0],
            full.intercept(),
            full.residual());

    byte[] bytes =
        ModelArtifact.write(
            ModelArtifact.seal(
                model.config(), model.layers(), model.headOrNull(), without, model.provenance()));

    assertFalse(new String(bytes, StandardCharsets.ISO_8859_1).contains("covariate_weight"));
    assertEquals(0, ModelArtifact.read(bytes).highway().orElseThrow().covariates());
  }

  @Test
  void aModelTakesNoMoreBytesThanWasSaidBefore() {
    ForecastModel model = model(3);
    HighwayWeights map = model.highway().orElseThrow();
    ForecastModel whole =
        ModelArtifact.seal(
            model.config(),
            model.layers(),
            model.head().orElseThrow(),
            map.shorter().isEmpty() ? map.with(map) : map,
            model.provenance());

    int bytes = ModelArtifact.write(whole).length;

    long most = ModelArtifact.mostBytes(model.config());
    assertTrue(bytes <= most && most <= bytes + (1 << 17), bytes + " of " + most);
  }

  @Test
  void vanillaRnnIsReadBack() throws InvalidArtifactException {
    Random random = new Random(5);
    RnnWeights layer =
        new RnnWeights(
            INPUTS,
            2,
            floats(random, 2 * INPUTS),
            floats(random, 4),
            floats(random, 2),
            floats(random, 2));
    ForecastModel model = withCell(CellConfig.Kind.RNN, layer);

    ForecastModel read = ModelArtifact.read(ModelArtifact.write(model));

    RnnWeights found = assertInstanceOf(RnnWeights.class, read.layers().get(0));
    assertArrayEquals(layer.weightIh(), found.weightIh());
    assertArrayEquals(layer.weightHh(), found.weightHh());
    assertArrayEquals(layer.biasIh(), found.biasIh());
    assertArrayEquals(layer.biasHh(), found.biasHh());
  }

  @Test
  void feedForwardLayerIsReadBack() throws InvalidArtifactException {
    Random random = new Random(6);
    FeedForwardWeights layer =
        new FeedForwardWeights(INPUTS, 2, floats(random, 2 * INPUTS), floats(random, 2));
    ForecastModel model = withCell(CellConfig.Kind.FEED_FORWARD, layer);

    ForecastModel read = ModelArtifact.read(ModelArtifact.write(model));

    FeedForwardWeights found = assertInstanceOf(FeedForwardWeights.class, read.layers().get(0));
    assertArrayEquals(layer.weight(), found.weight());
    assertArrayEquals(layer.bias(), found.bias());
  }

  @Test
  void importedModelIsNamedByItsContent() throws InvalidArtifactException {
    ForecastModel model = model(3);
    byte[] bytes = ModelArtifact.write(model);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int digit = text.indexOf("sha256") + 9;
    byte[] unnamed = bytes.clone();
    unnamed[digit] = (byte) (bytes[digit] == '0' ? '1' : '0');

    assertThrows(InvalidArtifactException.class, () -> ModelArtifact.read(unnamed));
    assertEquals(model.version(), ModelArtifact.importFrom(unnamed).version());
  }

  static ForecastModel withCell(CellConfig.Kind kind, CellWeights layer) {
    ForecastModel model = model(3);
    return ModelArtifact.seal(
        Otherwise.cell(model.config(), new CellConfig(kind, 1, 2)),
        List.of(layer),
        model.headOrNull(),
        model.highwayOrNull(),
        model.provenance());
  }

  @Test
  void aModelWithoutMembersIsReadBack() throws InvalidArtifactException {
    ForecastModel full = model(3);
    ForecastModel highwayOnly =
        ModelArtifact.seal(full.config(), List.of(), null, full.highwayOrNull(), full.provenance());

    ForecastModel read = ModelArtifact.read(ModelArtifact.write(highwayOnly));

    assertTrue(read.layers().isEmpty());
    assertTrue(read.head().isEmpty());
    assertTrue(read.highway().isPresent());
  }

  @Test
  void aHeadOnTheHighwayIsReadBackAndRefusedWithoutIt() throws InvalidArtifactException {
    ForecastModel full = model(3);
    HeadWeights before = full.headOrNull();
    HeadWeights onMap =
        new HeadWeights(
            2,
            3,
            2,
            before.weight(),
            before.bias(),
            before.blend(),
            before.unit(),
            before.futureWeight(),
            true);
    ForecastModel model =
        ModelArtifact.seal(
            full.config(), full.layers(), onMap, full.highwayOrNull(), full.provenance());
    ForecastModel without =
        ModelArtifact.seal(full.config(), full.layers(), onMap, null, full.provenance());

    ForecastModel read = ModelArtifact.read(ModelArtifact.write(model));

    assertTrue(read.headOrNull().onMap());
    assertTrue(!read.version().equals(full.version()), "the same weights forecast something else");
    byte[] bytes = ModelArtifact.write(without);
    InvalidArtifactException refused =
        assertThrows(InvalidArtifactException.class, () -> ModelArtifact.read(bytes));
    assertEquals("damaged: a head on a highway that is not there", refused.getMessage());
  }

  @Test
  void versionNamesGroupSequenceAndContent() {
    assertTrue(model(3).version().matches("temperature_2m-12-[0-9a-f]{8}"), model(3).version());
    assertEquals(model(3).version(), model(3).version());
    assertTrue(!model(3).version().equals(model(4).version()));
  }

  static ForecastModel model(long seed) {
    Random random = new Random(seed);
    ForecasterConfig config =
        ForecasterConfig.of(Duration.ofMinutes(90), 2, 24, 168).toBuilder()
            .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
            .limits(new Limits(-60, Double.POSITIVE_INFINITY))
            .covariates(List.of("wind", "d\u00e9but \"x\""))
            .calendar(
                new Calendar(
                    Calendar.zone("Europe/Berlin"),
                    List.of(Calendar.Feature.DAY_OF_WEEK, Calendar.Feature.HOUR_OF_DAY),
                    Holidays.some()))
            .cell(new CellConfig(CellConfig.Kind.LSTM, 2, 2))
            .history(8)
            .build();
    return ModelArtifact.seal(
        config,
        List.of(lstm(random, InputLayout.of(config).size()), lstm(random, 2)),
        new HeadWeights(
            2,
            3,
            2,
            floats(random, 12),
            floats(random, 6),
            floats(random, 2),
            floats(random, 2),
            floats(random, 6 * KnownFuture.size(config)),
            false),
        new HighwayWeights(
            2,
            8,
            3,
            floats(random, 14),
            floats(random, 4),
            new float[0],
            floats(random, 2 * KnownFuture.size(config)),
            new float[0],
            floats(random, 2),
            floats(random, 6),
            List.of()),
        new Provenance(
            "temperature_2m", 12, "temperature_2m-11-9f3a61c0", -7, 5, 900, 9, 3, "1", 0.25));
  }

  private static LstmWeights lstm(Random random, int inputs) {
    return new LstmWeights(
        inputs,
        2,
        floats(random, 8 * inputs),
        floats(random, 16),
        floats(random, 8),
        floats(random, 8));
  }

  private static float[] floats(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
