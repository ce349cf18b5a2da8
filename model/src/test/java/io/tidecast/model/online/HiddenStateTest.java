package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Otherwise;
import io.tidecast.model.Quality;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.Ablation;
import io.tidecast.model.member.PackedModel;
import io.tidecast.model.weights.ForecastModel;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The memory of the network: carried from step to step, rebuilt by replay. */
class HiddenStateTest {
  private static final int HORIZON = 5;
  private static final int PERIOD = 12;

  @ParameterizedTest
  @CsvSource({
    "LEVEL, LSTM, 1",
    "RANDOM_WALK, LSTM, 2",
    "LOG_RETURN, LSTM, 1",
    "LEVEL, RNN, 1",
    "LOG_RETURN, RNN, 2",
    "LEVEL, FEED_FORWARD, 2"
  })
  void swapWithReplayEqualsAColdRunOverTheSameHistory(
      Transform transform, CellConfig.Kind kind, int layers) {
    ForecasterConfig config =
        Otherwise.calendar(
            Otherwise.cell(
                GeneratedSeries.config(transform, HORIZON), new CellConfig(kind, layers, 8)),
            new Calendar(ZoneOffset.ofHours(2), List.of(Calendar.Feature.HOUR_OF_DAY)));
    GeneratedSeries series = new GeneratedSeries(6);
    List<ClosedStep> steps = new ArrayList<>();
    for (int t = 0; t < 200; t++) {
      float value = t == 150 ? 52 : series.perhapsMissing(series.value(t), 10);
      steps.add(new ClosedStep(t, value, series.covariates()));
    }
    CellConfig ofBefore = new CellConfig(CellConfig.Kind.LSTM, 2, 5);
    ForecastModel before = RandomModels.model(Otherwise.cell(config, ofBefore), "test-1", 1);
    ForecastModel after = RandomModels.withoutHighway(RandomModels.model(config, "test-2", 2));
    int swap = 150;

    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState swapped = forecaster.newState();
    for (int t = 0; t < swap; t++) {
      forecaster.step(swapped, steps.get(t), t < 100 ? null : before);
    }

    SeriesInputs pipeline = new SeriesInputs(config);
    int start = swap + 1 - config.history();
    for (int t = 0; t < start; t++) {
      pipeline.step(steps.get(t).value(), steps.get(t).covariates());
    }
    SeriesForecaster other = new SeriesForecaster(config, PERIOD);
    SeriesState cold = other.newState(pipeline, start - 1, after);
    for (int t = start; t < swap; t++) {
      other.step(cold, steps.get(t), after);
    }

    PackedModel packed = PackedModel.of(after, config);
    float[] expectedMember = new float[HORIZON * config.levels().size()];
    float[] ofHighway = new float[HORIZON * config.levels().size()];
    float[] actualMember = new float[HORIZON * config.levels().size()];
    int compared = 0;
    for (int t = swap; t < steps.size(); t++) {
      Optional<Forecast> expected = other.step(cold, steps.get(t), after).forecast();
      Optional<Forecast> actual = forecaster.step(swapped, steps.get(t), after).forecast();
      if (actual.isPresent()) {
        assertTrue(expected.isPresent());
        long index = steps.get(t).index();
        packed.forecast(
            cold.hidden(), cold.inputs(), index, expectedMember, ofHighway, new boolean[2]);
        packed.forecast(
            swapped.hidden(), swapped.inputs(), index, actualMember, ofHighway, new boolean[2]);
        assertArrayEquals(expectedMember, actualMember);
        compared++;
      }
      for (int layer = 0; layer < layers; layer++) {
        assertArrayEquals(cold.hidden().h()[layer], swapped.hidden().h()[layer]);
        assertArrayEquals(cold.hidden().c()[layer], swapped.hidden().c()[layer]);
      }
    }
    assertTrue(compared > 20, "compared " + compared);
  }

  @Test
  void hiddenStateIsCarriedAndAblationsTakeItAway() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    List<ClosedStep> steps = GeneratedSeries.steps(7, 90);
    ForecastModel model = RandomModels.withoutHighway(RandomModels.model(config, "test-1", 1));
    List<Ablation> ablations =
        List.of(Ablation.NONE, new Ablation(true, false, false), new Ablation(false, true, false));

    List<float[]> medians = new ArrayList<>();
    for (Ablation ablation : ablations) {
      SeriesForecaster forecaster = SeriesForecaster.without(ablation, config, PERIOD);
      SeriesState state = forecaster.newState();
      Optional<Forecast> last = Optional.empty();
      for (ClosedStep step : steps) {
        // one of random weights has lost its share a few steps later
        ForecastModel serving = step.index() < steps.get(87).index() ? null : model;
        Optional<Forecast> made = forecaster.step(state, step, serving).forecast();
        last = made.isPresent() ? made : last;
      }
      assertEquals(Quality.MODEL, last.get().quality());
      medians.add(last.get().quantiles()[3]);
    }

    for (int a = 0; a < medians.size(); a++) {
      for (int b = a + 1; b < medians.size(); b++) {
        assertNotEquals(medians.get(a)[0], medians.get(b)[0], a + " against " + b);
      }
    }
  }

  @Test
  void longGapRebuildsTheStateAndSaysSoForAWhile() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    GeneratedSeries series = new GeneratedSeries(13);
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState state = forecaster.newState();
    ForecastModel model = RandomModels.model(config, "test-1", 1);
    for (int t = 0; t < 60; t++) {
      ClosedStep step = new ClosedStep(t, series.value(t), series.covariates());
      forecaster.step(state, step, model);
    }
    SeriesInputs pipeline = state.inputs().copy();
    pipeline.skip(100);
    SeriesState cold = forecaster.newState(pipeline, 159, model);

    for (int t = 160; t < 240; t++) {
      ClosedStep step = new ClosedStep(t, series.value(t), series.covariates());
      Forecast forecast = forecaster.step(state, step, model).forecast().get();
      forecaster.step(cold, step, model);

      assertArrayEquals(cold.hidden().h()[0], state.hidden().h()[0]);
      boolean early = t < 160 + SeriesForecaster.WARMING_STEPS - 1;
      assertEquals(early ? Quality.WARMING : Quality.MODEL, forecast.quality(), "step " + t);
    }
  }
}
