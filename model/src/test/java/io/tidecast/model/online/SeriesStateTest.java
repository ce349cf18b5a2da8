package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SeriesStateTest {
  private static final ForecasterConfig CONFIG = GeneratedSeries.config(Transform.LEVEL, 24);

  @Test
  void sizeIsTheDocumentedFormula() throws IOException {
    SeriesForecaster forecaster = new SeriesForecaster(CONFIG, 1000);
    SeriesState state = forecaster.newState();
    assertEquals(formula(CONFIG, 0), SeriesState.bytes(CONFIG, 0));
    // two bytes of length for the version of the hidden state and for the one name, "", pending
    assertEquals(formula(CONFIG, 0) + 2 * 2, written(state).length);

    GeneratedSeries series = new GeneratedSeries(1);
    for (int t = 1; t < 400; t++) {
      ForecastModel model = RandomModels.model(CONFIG, "v" + t / 390, 1);
      ClosedStep step = new ClosedStep(t, series.value(t), series.covariates());
      forecaster.step(state, step, t < 300 ? Optional.empty() : Optional.of(model));
    }

    // hidden state "v1"; pending "v0" and "v1"; open period "", "v0" and "v1"
    int names = 4 + 2 * 4 + 2 + 2 * 4;
    assertEquals(formula(CONFIG, 3) + names, written(state).length);
  }

  @Test
  void aKeyOfTheDefaultsTakesTensOfKilobytes() {
    ForecasterConfig hourly = ForecasterConfig.of(Duration.ofHours(1), 24, 24, 168);

    assertTrue(SeriesState.bytes(hourly, 2) < 40_000, "" + SeriesState.bytes(hourly, 2));
  }

  /** As written in the Javadoc of {@link SeriesState}. */
  private static long formula(ForecasterConfig config, int versions) {
    int h = config.horizon();
    int l = config.levels().size();
    int i = config.levels().intervals();
    int t = config.history();
    int s = Math.max(config.season(), config.longSeason());
    int c = config.covariates().size();
    int nm = config.cell().layers() * config.cell().hidden();
    return 4 * (t + s + t * c)
        + t * (1 + c)
        + 2 * (56 * (1 + c) + 36)
        + 8 * nm
        + h * (8 + 4 * l)
        + 12 * h
        + 4 * h * l
        + h * (h + 1) / 2 * 8 * (l + 3)
        + 19 * h
        + versions * h * (52 + 12 * i)
        + 101;
  }

  @Test
  void copyIsEqualAndOnItsOwn() {
    SeriesForecaster forecaster = new SeriesForecaster(CONFIG, 1000);
    SeriesState state = forecaster.newState();
    forecaster.step(state, new ClosedStep(1, 5, new float[2]), Optional.empty());
    SeriesState copy = state.copy();

    assertEquals(state, copy);
    forecaster.step(copy, new ClosedStep(2, 6, new float[2]), Optional.empty());
    assertNotEquals(state, copy);
    assertEquals(1, state.lastIndex());
  }

  @Test
  void refusesAnotherFormatAndAnotherShape() throws IOException {
    byte[] bytes = written(new SeriesForecaster(CONFIG, 1000).newState());
    byte[] newer = bytes.clone();
    ByteBuffer.wrap(newer).putInt(2);

    IOException format = assertThrows(IOException.class, () -> read(newer, CONFIG));
    assertEquals("Expected series state of format 1 but found 2", format.getMessage());
    IOException shape =
        assertThrows(
            IOException.class, () -> read(bytes, GeneratedSeries.config(Transform.LEVEL, 12)));
    assertTrue(shape.getMessage().contains("[24, 7, 6, 18, 40, 2, 1, 8]"), shape.getMessage());
  }

  private static byte[] written(SeriesState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static SeriesState read(byte[] bytes, ForecasterConfig config) throws IOException {
    return SeriesState.read(new DataInputStream(new ByteArrayInputStream(bytes)), config);
  }
}
