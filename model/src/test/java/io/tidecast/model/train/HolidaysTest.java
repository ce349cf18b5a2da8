package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Holidays;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Stretch;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.HiddenState;
import io.tidecast.model.member.PackedModel;
import io.tidecast.model.weights.ForecastModel;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A daily load that rests on Sundays and holidays: who knows of the holidays errs on them, and on
 * the days that look back at them, as on any other day.
 */
class HolidaysTest {
  private static final int HORIZON = 8;
  private static final int DAYS = 1900;
  private static final int TRAINED = 1500;
  private static final double NOISE = 1;
  // of the absolute value of a normal law
  private static final double MEAN = Math.sqrt(2 / Math.PI);

  private final List<LocalDate> dates = new ArrayList<>();
  private final float[][] values = values();

  @Test
  void theLinearMapErrsOnHolidaysAsOnOtherDays() throws TrainingFailedException {
    double without = onHolidays(CellConfig.Kind.NONE, Holidays.NONE);
    double with = onHolidays(CellConfig.Kind.NONE, new Holidays(List.of("these"), dates));

    assertTrue(without > 8 * NOISE, "without " + without);
    // noise of a weekday, of the Sunday it is compared with, and of weights from fifty holidays
    assertTrue(with < 1.6 * MEAN * NOISE, "with " + with);
  }

  @Test
  void theNetworkAloneReadsThemToo() throws TrainingFailedException {
    double without = onHolidays(CellConfig.Kind.LSTM, Holidays.NONE);
    double with = onHolidays(CellConfig.Kind.LSTM, new Holidays(List.of("these"), dates));

    assertTrue(with < 0.5 * without, with + " against " + without);
  }

  /** Mean absolute error of the medians of holidays, over all leads. */
  private double onHolidays(CellConfig.Kind kind, Holidays holidays)
      throws TrainingFailedException {
    ForecasterConfig config = config(kind, holidays);
    return error(config, Trainings.ofOneMember(config, new Stretch("load", TRAINED - 1, head())));
  }

  private double error(ForecasterConfig config, ForecastModel model) {
    PackedModel packed = PackedModel.of(model, config);
    SeriesInputs inputs = new SeriesInputs(config);
    HiddenState state = new HiddenState(config);
    float[] row = new float[InputLayout.of(config).size()];
    float[][] out = new float[2][HORIZON * config.levels().size()];
    double sum = 0;
    int count = 0;
    for (int day = 0; day < DAYS - HORIZON; day++) {
      inputs.step(values[day][0], new float[0]);
      inputs.fill(day, row);
      if (packed.isRecurrent()) {
        packed.step(state, row);
      }
      if (day >= TRAINED) {
        packed.forecast(state, inputs, day, out[0], out[1], new boolean[2]);
        float[] forecast = packed.isRecurrent() ? out[0] : out[1];
        for (int lead = 1; lead <= HORIZON; lead++) {
          if (dates.contains(date(day + lead))) {
            float median = forecast[(lead - 1) * config.levels().size() + config.levels().median()];
            sum += Math.abs(values[day + lead][0] - median);
            count++;
          }
        }
      }
    }
    return sum / count;
  }

  private float[][] head() {
    return Arrays.copyOf(values, TRAINED);
  }

  /** The step that ends as the next day begins. */
  private static LocalDate date(int day) {
    return LocalDate.ofEpochDay(day - 1L);
  }

  /** 100 on working days, 80 on Saturdays, 70 on Sundays and on one working day in twenty. */
  private float[][] values() {
    Random random = new Random(17);
    float[][] days = new float[DAYS][1];
    for (int day = 0; day < DAYS; day++) {
      int weekday = date(day).getDayOfWeek().getValue();
      boolean holiday = weekday < 6 && random.nextInt(20) == 0;
      if (holiday) {
        dates.add(date(day));
      }
      double level = holiday || weekday == 7 ? 70 : weekday == 6 ? 80 : 100;
      days[day][0] = (float) (level + NOISE * random.nextGaussian());
    }
    return days;
  }

  private static ForecasterConfig config(CellConfig.Kind kind, Holidays holidays) {
    return ForecasterConfig.of(Duration.ofDays(1), HORIZON, 7, 0).toBuilder()
        .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
        .calendar(new Calendar(ZoneOffset.UTC, List.of(), holidays))
        .cell(new CellConfig(kind, 1, 16))
        .history(56)
        .maxGap(3)
        .build();
  }
}
