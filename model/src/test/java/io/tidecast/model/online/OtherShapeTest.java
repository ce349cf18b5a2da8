package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Holidays;
import io.tidecast.model.RandomModels;
import io.tidecast.model.member.PackedModel;
import io.tidecast.model.weights.ForecastModel;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model that was trained for another configuration than it serves under. */
class OtherShapeTest {
  private static final Calendar DAYS =
      new Calendar(
          ZoneOffset.ofHours(2),
          List.of(Calendar.Feature.HOUR_OF_DAY, Calendar.Feature.DAY_OF_WEEK),
          new Holidays(List.of("holidays"), List.of(LocalDate.of(1970, 1, 5))));
  private static final Calendar HOURS =
      new Calendar(ZoneOffset.ofHours(2), List.of(Calendar.Feature.HOUR_OF_DAY));
  private static final List<String> ALL = List.of("wind", "pressure", "sun");
  private static final int HORIZON = 4;

  private static ForecasterConfig config(
      int horizon, List<String> covariates, Calendar calendar, CellConfig cell, int history) {
    return ForecasterConfig.of(Duration.ofHours(1), horizon, 6, 18).toBuilder()
        .covariates(covariates)
        .knownFuture(covariates.contains("sun") ? List.of("sun") : List.of())
        .calendar(calendar)
        .cell(cell)
        .history(history)
        .maxGap(4)
        .build();
  }

  private static ForecasterConfig serving(Calendar calendar) {
    return config(HORIZON, ALL, calendar, CellConfig.DEFAULT, 40);
  }

  private static Calendar calendar(String name) {
    return switch (name) {
      case "days" -> DAYS;
      case "hours" -> HOURS;
      default -> Calendar.NONE;
    };
  }

  private static float covariate(String name, long index) {
    return (float) Math.sin(index * 0.7 + name.length());
  }

  private static ClosedStep step(ForecasterConfig config, long index, float value) {
    float[] covariates = new float[config.width()];
    List<String> names = config.covariates();
    for (int i = 0; i < covariates.length; i++) {
      covariates[i] =
          i < names.size()
              ? covariate(names.get(i), index)
              : covariate("sun", index + 1 + i - names.size());
    }
    return new ClosedStep(index, value, covariates);
  }

  /** The forecasts of both members, after some steps. */
  private static float[][] members(ForecasterConfig config, ForecastModel model) {
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    GeneratedSeries series = new GeneratedSeries(5);
    for (int t = 0; t < 90; t++) {
      // it serves from the middle on: what it replays is the same as well
      forecaster.step(state, step(config, t, series.value(t)), t < 70 ? null : model);
    }
    int outputs = config.horizon() * config.levels().size();
    float[] recurrent = new float[outputs];
    float[] linear = new float[outputs];
    boolean[] taking = new boolean[2];
    PackedModel.of(model, config)
        .forecast(state.hidden(), state.inputs(), 89, recurrent, linear, taking);
    assertArrayEquals(new boolean[] {true, true}, taking);
    return new float[][] {recurrent, linear};
  }

  @ParameterizedTest
  @CsvSource({
    "LSTM, 2, 5, 4, wind pressure sun, days, days",
    "RNN, 1, 40, 9, pressure, none, days",
    "FEED_FORWARD, 2, 7, 4, wind, hours, days",
    "LSTM, 1, 32, 9, wind sun, none, hours",
    "LSTM, 1, 8, 5, '', none, none"
  })
  void forecastsAreThoseUnderItsOwnConfiguration(
      CellConfig.Kind kind,
      int layers,
      int hidden,
      int horizon,
      String covariates,
      String ofModel,
      String ofJob) {
    List<String> names = covariates.isEmpty() ? List.of() : List.of(covariates.split(" "));
    ForecasterConfig trained =
        config(horizon, names, calendar(ofModel), new CellConfig(kind, layers, hidden), 40);
    ForecasterConfig serving = serving(calendar(ofJob));
    ForecastModel model = RandomModels.readingAll(trained, "other", 3);

    float[][] expected = members(trained, model);
    float[][] found = members(serving, model);

    int served = HORIZON * trained.levels().size();
    for (int member = 0; member < 2; member++) {
      assertArrayEquals(Arrays.copyOf(expected[member], served), found[member]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, sun, none, 40, horizon: 3; accepted: 4 or more",
    "4, sun, none, 50, history: 50; accepted: at most 40",
    "4, rain, none, 40, 'covariates: [rain]; accepted: some of [wind, pressure, sun]'",
    "9, sun, hours, 40, 'horizon: 9; accepted: 4, as it reads the calendar'",
    "4, sun, days, 40, 'calendar: [hour-of-day, day-of-week]; accepted: some of [hour-of-day]'"
  })
  void whatCannotServeIsRefusedWithTheReason(
      int horizon, String covariate, String ofModel, int history, String reason) {
    ForecasterConfig trained =
        config(horizon, List.of(covariate), calendar(ofModel), CellConfig.DEFAULT, history);
    ForecasterConfig serving = serving(HOURS);
    ForecastModel model = RandomModels.model(trained, "other", 3);

    assertEquals(reason, serving.hindrance(trained).orElseThrow());
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> PackedModel.of(model, serving))
            .getMessage();
    assertEquals("other: " + reason, refusal);
    assertTrue(serving.hindrance(serving).isEmpty());
  }
}
