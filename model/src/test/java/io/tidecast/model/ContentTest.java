package io.tidecast.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tidecast.model.online.BlockLosses;
import java.util.function.DoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values over arrays are what they hold. */
class ContentTest {
  @ParameterizedTest
  @ValueSource(doubles = {2, Double.NaN})
  void valuesThatHoldTheSameAreEqual(double last) {
    assertByContent(
        value -> new Forecast(1, new float[][] {{1, 2}, {3, (float) value}}, "", Quality.NAIVE),
        last);
    assertByContent(value -> new Stretch("a", 1, new float[][] {{1, 2}, {3, (float) value}}), last);
    assertByContent(value -> new ClosedStep(1, 2, new float[] {3, (float) value}), last);
    assertByContent(
        value -> new BlockLosses(1, 24, new double[] {1, 2}, new double[] {3, value}), last);
    assertByContent(ContentTest::evaluation, last);
  }

  private static void assertByContent(DoubleFunction<?> make, double last) {
    Object one = make.apply(last);

    assertEquals(one, make.apply(last));
    assertEquals(one.hashCode(), make.apply(last).hashCode());
    assertNotEquals(one, make.apply(1));
  }

  private static Evaluation evaluation(double last) {
    double[] sums = {1};
    return new Evaluation(
        1,
        "v",
        new int[] {1},
        sums,
        sums,
        sums,
        new int[][] {{1}},
        new double[][] {{last}},
        sums,
        sums,
        sums,
        sums);
  }

  @Test
  void whatIsBesideTheArraysCountsAsWell() {
    float[][] quantiles = {{1}};

    assertNotEquals(
        new Forecast(1, quantiles, "", Quality.NAIVE),
        new Forecast(2, quantiles, "", Quality.NAIVE));
    assertNotEquals(new Stretch("a", 1, quantiles), new Stretch("a", 1, quantiles, 7));
  }
}
