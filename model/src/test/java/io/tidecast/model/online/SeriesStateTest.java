package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Otherwise;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesStateTest {
  private static final ForecasterConfig CONFIG = GeneratedSeries.config(Transform.LEVEL, 24);

  @Test
  void sizeIsWhatIsSaidOfIt() throws IOException {
    SeriesForecaster forecaster = new SeriesForecaster(CONFIG, 24);
    SeriesState state = forecaster.newState();
    // two bytes of length for the version of the hidden state, that of the calibration, and for
    // the one name, "", pending
    int hidden = 2 * Float.BYTES * CONFIG.cell().hidden();
    assertEquals(SeriesState.bytes(CONFIG, 0) - hidden + 3 * 2, written(state).length);

    GeneratedSeries series = new GeneratedSeries(1);
    for (int t = 1; t < 400; t++) {
      ForecastModel model = RandomModels.model(CONFIG, "v" + t / 390, 1);
      ClosedStep step = new ClosedStep(t, series.value(t), series.covariates());
      forecaster.step(state, step, t < 300 ? null : model);
    }

    // hidden state and calibration "v1"; pending "v0" and "v1"; open period "v0" and "v1"
    int names = 2 * 4 + 2 * 4 + 2 * 4;
    assertEquals(SeriesState.bytes(CONFIG, 2) + names, written(state).length);
  }

  @ParameterizedTest
  @CsvSource({"24, 8", "168, 40", "720, 160"})
  void stateIsSmallAndGrowsWithTheHorizonAlone(int horizon, int kibibytes) {
    ForecasterConfig hourly = ForecasterConfig.of(Duration.ofHours(1), horizon, 24, 168);

    long bytes = SeriesState.bytes(hourly, 1);
    assertTrue(bytes <= kibibytes * 1024, "" + bytes);
  }

  @ParameterizedTest
  @CsvSource({"24, 5", "168, 24"})
  void whatIsWrittenAtEachStepIsSmallerStill(int horizon, int kibibytes) throws IOException {
    ForecasterConfig hourly = ForecasterConfig.of(Duration.ofHours(1), horizon, 24, 168);
    SeriesForecaster forecaster = new SeriesForecaster(hourly, 24);
    SeriesState state = forecaster.newState();
    ForecastModel model = RandomModels.model(hourly, "test-1", 1);
    byte[] history = new byte[0];
    long bytes = 0;

    for (int t = 0; t < 600; t++) {
      // missing steps, a gap that they bridge, one that is too long for that, and another level
      int index = t + t / 100 * 37 + t / 13 + (t < 350 ? 0 : 1000);
      float value = t % 24 + (t < 450 ? 0 : 500);
      forecaster.step(state, new ClosedStep(index, value, new float[0]), model);
      if (state.historyIsDue()) {
        history = written(state::writeHistory);
        bytes += t >= 300 ? history.length : 0;
      }
      byte[] live = written(state::writeLive);
      bytes += t >= 300 ? live.length : 0;
      SeriesState read = forecaster.read(in(history), in(live));
      assertEquals(state, read);
      state = read;
    }
    assertTrue(bytes / 300 <= kibibytes * 1024, "" + bytes / 300);
  }

  @Test
  void copyIsEqualAndOnItsOwn() {
    SeriesForecaster forecaster = new SeriesForecaster(CONFIG, 1000);
    SeriesState state = forecaster.newState();
    forecaster.step(state, new ClosedStep(1, 5, new float[2]), null);
    SeriesState copy = state.copy();

    assertEquals(state, copy);
    forecaster.step(copy, new ClosedStep(2, 6, new float[2]), null);
    assertNotEquals(state, copy);
    assertEquals(1, state.lastIndex());
  }

  @Test
  void refusesAnotherFormatAndGivesUpRowsOfAnotherStep() throws IOException {
    byte[] bytes = written(new SeriesForecaster(CONFIG, 1000).newState());
    byte[] newer = bytes.clone();
    ByteBuffer.wrap(newer).putInt(10);

    IOException format = assertThrows(IOException.class, () -> read(newer, CONFIG));
    assertEquals("Expected series state of format 1 to 9 but found 10", format.getMessage());
    ForecasterConfig daily = ForecasterConfig.of(Duration.ofDays(1), 24, 7, 0);
    assertEquals(new SeriesForecaster(daily, 1000).newState(), read(bytes, daily));
  }

  /** What is configured is the cell of the next training. */
  @ParameterizedTest
  @CsvSource({"LSTM, 2, 5", "RNN, 1, 20", "NONE, 1, 1"})
  void stateGoesOnUnderAnotherCellWithTheVersionThatServes(
      CellConfig.Kind kind, int layers, int hidden) throws IOException {
    ForecasterConfig other = Otherwise.cell(CONFIG, new CellConfig(kind, layers, hidden));
    SeriesForecaster forecaster = new SeriesForecaster(CONFIG, 1000);
    SeriesState state = forecaster.newState();
    ForecastModel model = RandomModels.model(CONFIG, "v", 1);
    GeneratedSeries series = new GeneratedSeries(3);
    for (int t = 0; t < 100; t++) {
      ClosedStep step = new ClosedStep(t, series.value(t), series.covariates());
      forecaster.step(state, step, model);
    }

    SeriesState read = read(written(state), other);

    assertEquals(state, read);
    ClosedStep next = new ClosedStep(100, 50, series.covariates());
    assertArrayEquals(
        forecaster.step(state, next, model).forecast().orElseThrow().quantiles(),
        new SeriesForecaster(other, 1000)
            .step(read, next, model)
            .forecast()
            .orElseThrow()
            .quantiles());
  }

  @Test
  void stateOfAnotherShapeIsRebuiltFromItsRows() throws IOException {
    ForecasterConfig longer = GeneratedSeries.config(Transform.LOG_RETURN, 30);
    SeriesForecaster forecaster = new SeriesForecaster(CONFIG, 1000);
    SeriesForecaster other = new SeriesForecaster(longer, 1000);
    SeriesState state = forecaster.newState();
    GeneratedSeries series = new GeneratedSeries(3);
    float last = 0;
    for (int t = 0; t < 200; t++) {
      last = series.value(t);
      ClosedStep step = new ClosedStep(t, last, series.covariates());
      forecaster.step(state, step, null);
    }

    SeriesState rebuilt = read(written(state), longer);

    assertEquals(199, rebuilt.lastIndex());
    ClosedStep next = new ClosedStep(200, last, series.covariates());
    Forecast forecast = other.step(rebuilt, next, null).forecast().orElseThrow();
    assertEquals(last, forecast.quantiles()[3][29]);
    // the volatility of 58 steps: a step moves by about 3 of 50
    assertEquals(last, forecast.quantiles()[0][0], 10);
    assertTrue(forecast.quantiles()[6][0] - forecast.quantiles()[0][0] > 1);
  }

  private interface Writing {
    void to(DataOutput out) throws IOException;
  }

  private static byte[] written(Writing writing) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writing.to(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] written(SeriesState state) throws IOException {
    return written(state::write);
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }

  private static SeriesState read(byte[] bytes, ForecasterConfig config) throws IOException {
    return SeriesState.read(in(bytes), config);
  }
}
