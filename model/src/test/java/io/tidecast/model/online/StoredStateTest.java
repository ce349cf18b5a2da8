package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Quality;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.RandomModels;
import io.tidecast.model.weights.ForecastModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A state that an earlier build stored: what a job finds in its savepoint after an update. */
class StoredStateTest {
  private static final int STEPS = 60;

  private static final ForecasterConfig CONFIG =
      ForecasterConfig.of(Duration.ofHours(1), 3, 4, 8).toBuilder()
          .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
          .covariates(List.of("wind"))
          .cell(new CellConfig(CellConfig.Kind.LSTM, 1, 3))
          .history(12)
          .maxGap(4)
          .build();
  private static final ForecastModel MODEL = RandomModels.model(CONFIG, "test-1", 1);

  private static final SeriesForecaster FORECASTER = new SeriesForecaster(CONFIG, 24);

  private static ClosedStep step(int t) {
    float value = (float) (20 + 3 * Math.sin(Math.PI * t / 2) + (t * 7919 % 13) / 13.0);
    return new ClosedStep(t, value, new float[] {t % 5});
  }

  private static SeriesState stepped() {
    SeriesState state = FORECASTER.newState();
    for (int t = 0; t < STEPS; t++) {
      if (t % 11 != 7) {
        FORECASTER.step(state, step(t), t < 30 ? null : MODEL);
      }
    }
    return state;
  }

  @Test
  void storedStateIsReadAndGoesOnAsTheOneThatWasStored() throws IOException {
    byte[] stored = stored("series-state-v9.bin");

    SeriesState read = read(stored);
    assertArrayEquals(stored, written(read));
    assertEquals(STEPS - 1, read.lastIndex());
    assertGoesOn(read, 0);
  }

  @Test
  void stateOfFormat2IsTheSameInAnotherOrder() throws IOException {
    SeriesState read = read(stored("series-state-v2.bin"));

    assertTrue(read.historyIsDue());
    assertEquals(read(stored("series-state-v3.bin")), read);
  }

  /** Its history is written anew with the first step, so that both parts are of one format. */
  @Test
  void stateOfFormat3GoesOnAndKnowsOfNoAnomaly() throws IOException {
    SeriesState read = read(stored("series-state-v3.bin"));

    assertTrue(read.historyIsDue());
    assertGoesOn(read, 1);
  }

  @Test
  void stateOfFormat4GoesOnWithTheWidthsOfItsNaives() throws IOException {
    SeriesState read = read(stored("series-state-v4.bin"));

    assertGoesOn(read, 1);
  }

  @Test
  void stateOfFormat5GoesOnAndKnowsOfNoRestlessness() throws IOException {
    SeriesState read = read(stored("series-state-v5.bin"));

    assertEquals(1, read.calibration().restlessness());
    assertTrue(read.historyIsDue());
    assertGoesOn(read, 0.01f);
  }

  @Test
  void stateOfFormat6HasTheCellThatIsConfigured() throws IOException {
    SeriesState read = read(stored("series-state-v6.bin"));

    assertTrue(read.historyIsDue());
    assertGoesOn(read, 0);
  }

  @Test
  void stateOfFormat7IsToldFromZero() throws IOException {
    SeriesState read = read(stored("series-state-v7.bin"));

    assertEquals(0, read.inputs().base().value());
    assertTrue(read.historyIsDue());
    assertGoesOn(read, 0);
  }

  @Test
  void stateOfFormat8KnowsNeitherTheSizesOfThePeriodThatIsOpenNorTheNaivesTogether()
      throws IOException {
    SeriesState read = read(stored("series-state-v8.bin"));

    List<Evaluation> closed = new ArrayList<>();
    for (int t = STEPS; t <= 2 * STEPS; t++) {
      closed.addAll(FORECASTER.step(read, step(t), MODEL).evaluations());
    }
    assertTrue(Arrays.stream(closed.get(0).absoluteTarget()).allMatch(Double::isNaN));
    Evaluation whole = closed.get(closed.size() - 1);
    assertEquals(24 * 20, whole.absoluteTarget()[0], 24 * 4);
    assertGoesOn(read(stored("series-state-v8.bin")), 0.02f);
  }

  @Test
  void stateOfFormat1IsRebuiltFromItsRows() throws IOException {
    SeriesState read = read(stored("series-state-v1.bin"));

    assertEquals(STEPS - 1, read.lastIndex());
    SeriesState stepped = stepped();
    for (int lag = 0; lag < CONFIG.history() + CONFIG.longSeason(); lag++) {
      assertEquals(stepped.inputs().past(lag), read.inputs().past(lag), "lag " + lag);
    }
    // 20 rows were kept: too few for a scale that a model may use
    assertEquals(Quality.NAIVE, next(read).quality());
  }

  private static Forecast next(SeriesState state) {
    return FORECASTER.step(state, step(STEPS), MODEL).forecast().orElseThrow();
  }

  /**
   * @param apart share of the interval's width that quantiles may be apart: earlier builds learnt
   *     other widths and shares of the naives
   */
  private static void assertGoesOn(SeriesState read, float apart) {
    Forecast expected = next(stepped());
    Forecast actual = next(read);
    float[][] quantiles = expected.quantiles();
    for (int k = 0; k < CONFIG.horizon(); k++) {
      float width = quantiles[quantiles.length - 1][k] - quantiles[0][k];
      for (int j = 0; j < quantiles.length; j++) {
        assertEquals(quantiles[j][k], actual.quantiles()[j][k], apart * width);
      }
    }
  }

  private static SeriesState read(byte[] stored) throws IOException {
    return SeriesState.read(new DataInputStream(new ByteArrayInputStream(stored)), CONFIG);
  }

  private static byte[] stored(String name) throws IOException {
    try (InputStream in = StoredStateTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  private static byte[] written(SeriesState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  /** Stores the state of this build: {@code StoredStateTest FILE}, when the format changes. */
  public static void main(String[] args) throws IOException {
    Files.write(Path.of(args[0]), written(stepped()));
  }
}
