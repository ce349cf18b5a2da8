package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Anomaly;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnomalyTest {
  private static final int WARM = 600;

  private final SeriesForecaster forecaster =
      new SeriesForecaster(ForecasterConfig.of(Duration.ofHours(1), 6, 24, 0), 24);
  private final SeriesState state = forecaster.newState();
  private final Random random = new Random(7);
  private final List<Evaluation> evaluations = new ArrayList<>();

  private float usual(int t) {
    return (float) (50 + 10 * Math.sin(Math.PI * t / 12) + random.nextGaussian());
  }

  private List<Anomaly> step(int t, float value) {
    StepResult result = forecaster.step(state, new ClosedStep(t, value, new float[0]), null);
    evaluations.addAll(result.evaluations());
    assertTrue(result.forecast().isPresent(), "forecasts go on at " + t);
    return result.anomaly().map(List::of).orElse(List.of());
  }

  /** All of the steps in [from, to). */
  private List<Anomaly> usual(int from, int to) {
    List<Anomaly> found = new ArrayList<>();
    for (int t = from; t < to; t++) {
      found.addAll(step(t, usual(t)));
    }
    return found;
  }

  @Test
  void ofWhatIsUsualHardlyAnythingIsOne() {
    assertTrue(usual(0, WARM).size() <= 6, "in " + WARM);
    int later = usual(WARM, 10 * WARM).size();
    assertTrue(later < 0.005 * 9 * WARM, later + " in " + 9 * WARM);
  }

  @Test
  void aSpikeIsSaidAtOnceAndKnownForOneWhenTheSeriesIsBack() {
    usual(0, WARM);

    Anomaly seen = step(WARM, usual(WARM) + 100).get(0);
    assertEquals("above", seen.direction());
    assertEquals(Anomaly.Cause.UNKNOWN, seen.cause());
    assertEquals(1, seen.run());
    assertTrue(seen.score() > 20 && seen.value() > seen.upper(), seen.toString());
    // the way back is no anomaly of its own
    assertEquals(List.of(seen.as(Anomaly.Cause.SPIKE, 1)), step(WARM + 1, usual(WARM + 1)));
  }

  @Test
  void theScoreIsThatOfTheSeriesOwnScale() {
    SeriesState other = forecaster.newState();
    usual(0, WARM);
    random.setSeed(7);
    for (int t = 0; t < WARM; t++) {
      forecaster.step(other, new ClosedStep(t, 1000 * usual(t), new float[0]), null);
    }

    float spike = usual(WARM) + 30;
    Anomaly small = step(WARM, spike).get(0);
    Anomaly large =
        forecaster
            .step(other, new ClosedStep(WARM, 1000 * spike, new float[0]), null)
            .anomaly()
            .orElseThrow();
    assertEquals(small.score(), large.score(), 0.01 * small.score());
  }

  @Test
  void whatBeganAShiftIsKnownForItWhenTheLevelHasStayed() {
    usual(0, WARM);
    List<Anomaly> found = new ArrayList<>();
    for (int t = WARM; t < WARM + 30; t++) {
      found.addAll(step(t, usual(t) - 400));
    }

    List<Anomaly> shifts =
        found.stream().filter(one -> one.cause() == Anomaly.Cause.SHIFT).toList();
    assertEquals(1, shifts.size(), found.toString());
    assertEquals(WARM, shifts.get(0).index());
    assertEquals("below", shifts.get(0).direction());
    assertEquals(8, shifts.get(0).run());
  }

  @Test
  void ofASourceThatIsStuckNothingIsLearnt() throws Exception {
    usual(0, WARM);
    SeriesState before = state.copy();
    float value = usual(WARM);
    List<Anomaly> found = new ArrayList<>();
    for (int t = WARM; t < WARM + 200; t++) {
      found.addAll(step(t, value));
    }

    Anomaly last = found.get(found.size() - 1);
    assertEquals(Anomaly.Cause.STUCK, last.cause());
    assertEquals(200, last.run());
    long stuck = found.stream().filter(one -> one.cause() == Anomaly.Cause.STUCK).count();
    assertTrue(stuck >= 190, stuck + " of 200");
    assertEquals(widthAfter(before), widthAfter(state), 0.25 * widthAfter(before));
    assertTrue(usual(WARM + 230, WARM + 330).size() <= 8, "alive again");
  }

  /** At the last value, at a value it never had, and at one that its noise could give. */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, 0, 45})
  void aSourceThatIsStuckLeavesTheScaleAsItWas(float value) {
    usual(0, WARM);
    float before = state.inputs().scale();
    float at = Float.isNaN(value) ? state.inputs().last() : value;
    for (int t = WARM; t < WARM + 300; t++) {
      step(t, at);
    }

    assertEquals(before, state.inputs().scale(), 0.05 * before);
    usual(WARM + 300, WARM + 330);
    assertEquals(before, state.inputs().scale(), 0.1 * before);
  }

  @Test
  void aSeriesThatStaysAtAnotherLevelWithoutBeingStuckIsFollowed() {
    usual(0, WARM);
    for (int t = WARM; t < WARM + 100; t++) {
      step(t, usual(t) - 60);
    }

    assertEquals(-10, state.inputs().last(), 15);
  }

  /** An hour of rain in weeks without any: far off, and no farther than the series goes. */
  @Test
  void whereTheIntervalHasNoWidthTheScoreIsThatOfTheRunningScale() {
    for (int t = 0; t < WARM; t++) {
      step(t, t % 90 == 5 ? 5 + t % 7 : 0);
    }

    Anomaly rain = step(WARM, 8).get(0);
    assertEquals(rain.median(), rain.upper(), 1e-3);
    assertTrue(rain.score() > 2 && rain.score() < 50, rain + " " + state.inputs().scale());
  }

  private float widthAfter(SeriesState of) {
    int next = (int) of.lastIndex() + 1;
    float[][] quantiles =
        forecaster
            .step(of.copy(), new ClosedStep(next, usual(next), new float[0]), null)
            .forecast()
            .orElseThrow()
            .quantiles();
    return quantiles[quantiles.length - 1][0] - quantiles[0][0];
  }

  /** Nights, weekends, and dry weeks. */
  @ParameterizedTest
  @ValueSource(ints = {12, 62, 100})
  void valuesThatRepeatByHabitAreNotStuck(int hours) {
    int found = 0;
    for (int t = 0; t < 6000; t++) {
      boolean zero = t % 168 < hours || t % 24 < 10;
      for (Anomaly one : step(t, zero ? 0 : usual(t))) {
        // the first that is so long may be taken for it
        found += one.cause() == Anomaly.Cause.STUCK && t > 400 ? 1 : 0;
      }
    }
    assertEquals(0, found);
  }

  /** At ten milliseconds a step an integer is full after 248 days. */
  @Test
  void aRunOfEqualValuesWithoutEndStaysStuck() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeFloat(5);
    out.writeInt(Integer.MAX_VALUE - 1);
    out.writeInt(1000);
    out.writeFloat(0.1f);
    out.writeFloat(1);
    StuckTest test = new StuckTest();
    test.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

    for (int t = 0; t < 3; t++) {
      assertTrue(test.observe(5), "step " + t);
    }
  }
}
