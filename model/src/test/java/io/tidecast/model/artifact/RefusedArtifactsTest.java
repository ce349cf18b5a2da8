package io.tidecast.model.artifact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.Otherwise;
import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.ForecastModel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is no whole model is neither read nor written. */
class RefusedArtifactsTest {
  @Test
  void layersOfAnotherCellThanTheConfigurationSaysAreRefused() {
    FeedForwardWeights layer =
        new FeedForwardWeights(
            ModelArtifactTest.INPUTS, 2, new float[2 * ModelArtifactTest.INPUTS], new float[2]);

    byte[] bytes = ModelArtifact.write(ModelArtifactTest.withCell(CellConfig.Kind.RNN, layer));

    assertThrows(InvalidArtifactException.class, () -> ModelArtifact.read(bytes));
  }

  @Test
  void layerOfAnotherWidthThanTheConfigurationSaysIsRefused() {
    FeedForwardWeights layer = new FeedForwardWeights(3, 2, new float[6], new float[2]);

    byte[] bytes =
        ModelArtifact.write(ModelArtifactTest.withCell(CellConfig.Kind.FEED_FORWARD, layer));

    assertTrue(
        refusal(bytes).contains("expected shape [2, " + ModelArtifactTest.INPUTS + "]"),
        refusal(bytes));
  }

  @Test
  void importIsRefusedWhereTensorsDoNotFitTheConfiguration() {
    FeedForwardWeights layer = new FeedForwardWeights(3, 2, new float[6], new float[2]);
    byte[] bytes =
        ModelArtifact.write(ModelArtifactTest.withCell(CellConfig.Kind.FEED_FORWARD, layer));

    assertThrows(InvalidArtifactException.class, () -> ModelArtifact.importFrom(bytes));
  }

  @Test
  void aHeadWithoutACellIsRefused() {
    ForecastModel full = ModelArtifactTest.model(3);
    ForecastModel headless =
        ModelArtifact.seal(
            Otherwise.cell(full.config(), new CellConfig(CellConfig.Kind.NONE, 1, 2)),
            List.of(),
            full.headOrNull(),
            full.highwayOrNull(),
            full.provenance());
    byte[] bytes = ModelArtifact.write(headless);

    InvalidArtifactException refused =
        assertThrows(InvalidArtifactException.class, () -> ModelArtifact.importFrom(bytes));

    assertEquals("damaged: a head but no cell", refused.getMessage());
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] bytes = ModelArtifact.write(ModelArtifactTest.model(3));
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThrows(InvalidArtifactException.class, () -> ModelArtifact.read(truncated));
    }
  }

  @Test
  void everyFlippedByteIsRefused() {
    byte[] bytes = ModelArtifact.write(ModelArtifactTest.model(3));
    Random random = new Random(1);
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= (byte) (1 << random.nextInt(8));
      int place = i;
      assertThrows(
          InvalidArtifactException.class, () -> ModelArtifact.read(damaged), "byte " + place);
    }
  }

  @Test
  void appendedBytesAreRefused() {
    byte[] bytes = ModelArtifact.write(ModelArtifactTest.model(3));

    byte[] longer = Arrays.copyOf(bytes, bytes.length + 4);

    assertThrows(InvalidArtifactException.class, () -> ModelArtifact.read(longer));
  }

  @Test
  void foreignFilesAreRefusedWithTheReason() {
    byte[] text = "quantiles,leads\n0.5,24\n".repeat(20).getBytes(StandardCharsets.UTF_8);
    byte[] otherSafetensors =
        Safetensors.write(List.of(new Tensor("w", new float[] {1}, 1)), java.util.Map.of());

    assertTrue(refusal(text).contains("foreign"), refusal(text));
    assertTrue(refusal(otherSafetensors).contains("foreign"), refusal(otherSafetensors));
  }

  @Test
  void aWeightThatIsNotFiniteIsNeverWritten() {
    ForecastModel model = ModelArtifactTest.model(3);
    float[] weights = model.head().orElseThrow().blend();
    weights[0] = Float.NaN;
    ForecastModel broken =
        ModelArtifact.seal(
            model.config(),
            model.layers(),
            model.headOrNull(),
            model.highwayOrNull(),
            model.provenance());

    assertThrows(IllegalArgumentException.class, () -> ModelArtifact.write(broken));
  }

  @Test
  void aModelUnderAnotherVersionIsNeverWritten() {
    ForecastModel model = ModelArtifactTest.model(3);
    ForecastModel renamed =
        new ForecastModel(
            "temperature_2m-13-00000000",
            model.config(),
            model.layers(),
            model.headOrNull(),
            model.highwayOrNull(),
            model.provenance());

    assertThrows(IllegalArgumentException.class, () -> ModelArtifact.write(renamed));
  }

  private static String refusal(byte[] bytes) {
    return assertThrows(InvalidArtifactException.class, () -> ModelArtifact.read(bytes))
        .getMessage();
  }
}
