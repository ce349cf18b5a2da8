package io.tidecast.model.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Calendar;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Otherwise;
import io.tidecast.model.Transform;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SeriesInputsTest {
  private static final float[] NONE = {};
  private static final Calendar CALENDAR =
      new Calendar(Calendar.zone("Asia/Kathmandu"), List.of(Calendar.Feature.values()));

  @ParameterizedTest
  @EnumSource(Transform.class)
  void replaySeesTheInputsExactlyAsTheyWere(Transform transform) {
    ForecasterConfig config = Otherwise.calendar(GeneratedSeries.config(transform, 4), CALENDAR);
    GeneratedSeries series = new GeneratedSeries(1);
    SeriesInputs inputs = new SeriesInputs(config);
    List<float[]> seen = new ArrayList<>();
    float[] scratch = new float[InputLayout.of(config).size()];

    for (int t = 0; t < 300; t++) {
      inputs.step(series.perhapsMissing(series.value(t), 8), series.covariates());
      inputs.fill(t, scratch);
      seen.add(scratch.clone());

      List<float[]> replayed = new ArrayList<>();
      inputs.replay(t, row -> replayed.add(row.clone()), scratch);
      List<float[]> expected = seen.subList(Math.max(0, seen.size() - 40), seen.size());
      assertEquals(expected.size(), replayed.size());
      for (int i = 0; i < replayed.size(); i++) {
        assertArrayEquals(expected.get(i), replayed.get(i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Transform.class)
  void restoredPipelineGoesOnExactlyAsBefore(Transform transform) throws IOException {
    ForecasterConfig config = GeneratedSeries.config(transform, 4);
    GeneratedSeries series = new GeneratedSeries(2);
    SeriesInputs inputs = new SeriesInputs(config);
    SeriesInputs restored = new SeriesInputs(config);
    byte[] history = new byte[0];
    long writtenRows = 0;

    for (int t = 0; t < 120; t++) {
      float value = series.perhapsMissing(series.value(t), 8);
      float[] covariates = series.covariates();
      inputs.step(value, covariates);
      restored.step(value, covariates);
      if (t % 20 == 19) {
        inputs.skip(t);
        restored.skip(t);
      }
      if (t % 5 == 0 || restored.rows() - writtenRows > 24) {
        writtenRows = restored.rows();
        history = history(restored);
        assertEquals(KeptRows.bytes(config), history.length);
      }
      byte[] running = running(restored, writtenRows);
      assertArrayEquals(history(inputs), history(restored));
      assertArrayEquals(running(inputs, writtenRows), running);
      int rows = (int) (restored.rows() - writtenRows);
      assertEquals(SeriesInputs.runningBytes(config) + rows * (4 + 2 * 4 + 3), running.length);
      restored = KeptRows.read(in(history), config, true).goOn(in(running), restored);
    }
  }

  @Test
  void aNewLevelOfASeriesThatOftenDeviatesIsKeptForAsLongAsItLasts() throws IOException {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, 4);
    Random random = new Random(7);
    SeriesInputs inputs = new SeriesInputs(config);
    SeriesInputs restored = new SeriesInputs(config);
    float[] covariates = new float[config.covariates().size()];

    for (int t = 0; t < 600; t++) {
      float value = (float) random.nextGaussian() + (t >= 300 ? 10_000 : t % 60 >= 55 ? 10 * t : 0);
      inputs.step(value, covariates);
      restored.step(value, covariates);
      long rows = restored.rows();
      byte[] kept = history(restored);
      byte[] running = running(restored, rows);
      assertArrayEquals(running(inputs, rows), running, "step " + t);
      restored = KeptRows.read(in(kept), config, true).goOn(in(running), restored);
    }
  }

  private static byte[] history(SeriesInputs inputs) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    inputs.writeHistory(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static byte[] running(SeriesInputs inputs, long writtenRows) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    inputs.writeRunning(writtenRows, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }

  @ParameterizedTest
  @EnumSource(
      value = Transform.class,
      names = {"LEVEL", "RANDOM_WALK"})
  void negatedSeriesNegatesTheOddInputsAlone(Transform transform) {
    ForecasterConfig config = Otherwise.calendar(GeneratedSeries.config(transform, 4), CALENDAR);
    GeneratedSeries series = new GeneratedSeries(3);
    SeriesInputs inputs = new SeriesInputs(config);
    SeriesInputs negated = new SeriesInputs(config);
    boolean[] odd = InputLayout.of(config).odd();
    float[] expected = new float[odd.length];
    float[] actual = new float[odd.length];

    for (int t = 0; t < 200; t++) {
      float value = series.perhapsMissing(series.value(t), 8);
      float[] covariates = series.covariates();
      inputs.step(value, covariates);
      negated.step(-value, new float[] {-covariates[0], -covariates[1]});
      if (!inputs.started()) {
        continue;
      }
      inputs.fill(t, expected);
      negated.fill(t, actual);
      for (int i = 0; i < odd.length; i++) {
        assertEquals(odd[i] ? 0 - expected[i] : expected[i] + 0f, actual[i] + 0f);
      }
    }
  }

  @Test
  void nothingNotFiniteEntersWhateverComesIn() {
    float[] absurd = {
      Float.NaN, 0, Float.POSITIVE_INFINITY, -1e30f, 1e30f, Float.MIN_VALUE, -0f, 3e38f, 5, -5
    };
    for (Transform transform : Transform.values()) {
      ForecasterConfig config = GeneratedSeries.config(transform, 4);
      SeriesInputs inputs = new SeriesInputs(config);
      float[] filled = new float[InputLayout.of(config).size()];
      java.util.Random random = new java.util.Random(4);

      for (int t = 0; t < 2000; t++) {
        float[] covariates = {absurd[random.nextInt(10)], absurd[random.nextInt(10)]};
        inputs.step(absurd[random.nextInt(absurd.length)], covariates);
        if (inputs.started()) {
          inputs.fill(t, filled);
          for (float input : filled) {
            assertTrue(Math.abs(input) <= 8, () -> transform + " " + Arrays.toString(filled));
          }
          assertTrue(Float.isFinite(inputs.scale()) && inputs.scale() > 0);
          assertTrue(Float.isFinite(inputs.last()));
        }
      }
    }
  }

  @Test
  void seasonalNaiveIsTheValueOfTheSameSeasonalPosition() {
    SeriesInputs inputs = new SeriesInputs(plain(4, 0));
    for (int t = 0; t < 40; t++) {
      inputs.step(10 * (t % 4) + t * 0.01f, NONE);
    }

    assertEquals(0.36f, inputs.seasonalNaive(1), 1e-5);
    assertEquals(10.37f, inputs.seasonalNaive(2), 1e-5);
    assertEquals(30.39f, inputs.seasonalNaive(4), 1e-5);
    assertEquals(0.36f, inputs.seasonalNaive(5), 1e-5);
    assertEquals(30.39f, inputs.last(), 1e-5);
  }

  @Test
  void seasonIsKeptInPhaseOverALongGap() {
    for (long gap : new long[] {1, 3, 50, 51, 1001, 1_000_000_002L}) {
      SeriesInputs inputs = new SeriesInputs(plain(4, 0));
      for (int t = 0; t < 40; t++) {
        inputs.step(t % 4, NONE);
      }

      inputs.skip(gap);

      assertEquals((40 + gap) % 4, inputs.seasonalNaive(1), "gap " + gap);
    }
  }

  @Test
  void seasonOfOneAndNoLongSeasonHaveNoLaggedInputs() {
    ForecasterConfig config = plain(1, 0);
    SeriesInputs inputs = new SeriesInputs(config);
    for (int t = 0; t < 30; t++) {
      inputs.step(t, NONE);
    }

    assertEquals(7, InputLayout.of(config).size());
    assertEquals(29, inputs.seasonalNaive(1));
    assertEquals(29, inputs.seasonalNaive(3));
  }

  @Test
  void becomesReadyWithTheTargetsSeenNotWithTheStepsGone() {
    SeriesInputs inputs = new SeriesInputs(plain(4, 0));
    inputs.step(Float.NaN, NONE);
    assertFalse(inputs.started());

    for (int t = 0; t < 23; t++) {
      inputs.step(t, NONE);
      inputs.step(Float.NaN, NONE);
    }

    assertFalse(inputs.ready());
    inputs.step(3, NONE);
    assertTrue(inputs.ready());
  }

  @Test
  void scaleIsThatOfTheSeriesAndOneAbsurdValueHardlyWidensIt() {
    SeriesInputs inputs = new SeriesInputs(plain(4, 0));
    java.util.Random random = new java.util.Random(5);
    for (int t = 0; t < 2000; t++) {
      inputs.step((float) (100 + 3 * random.nextGaussian()), NONE);
    }
    float before = inputs.scale();
    inputs.step(1e6f, NONE);

    // relative error of a standard deviation from about 672 independent values: 1 / sqrt(2 * 672)
    assertEquals(3, before, 3 * 4 / Math.sqrt(2 * 672));
    assertTrue(inputs.scale() < 1.06 * before);
  }

  @Test
  void scaleFollowsAfterALongConstantStretch() {
    for (Transform transform : List.of(Transform.LEVEL, Transform.RANDOM_WALK)) {
      ForecasterConfig config = GeneratedSeries.config(transform, 4);
      SeriesInputs inputs = new SeriesInputs(config);
      java.util.Random random = new java.util.Random(6);
      for (int t = 0; t < 5000; t++) {
        inputs.step(0, new float[2]);
      }
      for (int t = 0; t < 1000; t++) {
        inputs.step((float) random.nextGaussian(), new float[2]);
      }

      assertTrue(inputs.scale() > 0.5, transform + " " + inputs.scale());
    }
  }

  private static ForecasterConfig plain(int season, int longSeason) {
    return ForecasterConfig.of(Duration.ofHours(1), 8, season, longSeason);
  }

  /** A step of ten milliseconds has as many as an integer holds in 248 days. */
  @Test
  void countsOfWhatWasSeenAndMissedHaveAnEnd() throws IOException {
    RunningScale scale = new RunningScale(24);
    for (int t = 0; t < 1_000_100; t++) {
      scale.observe(t % 7);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    scale.write(new DataOutputStream(bytes));
    assertEquals(1_000_000, ByteBuffer.wrap(bytes.toByteArray()).getInt(6 * Double.BYTES));

    for (int t = 0; t < 1_000_100; t++) {
      scale.miss();
    }
    assertEquals(1_000_000, scale.stale());
    assertTrue(scale.warm());
  }
}
