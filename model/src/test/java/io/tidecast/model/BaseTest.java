package io.tidecast.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BaseTest {
  private static final double HIGH = 1.7e9;

  private static double[] counter(double start, int steps) {
    return IntStream.range(0, steps).mapToDouble(t -> start + 60 * t).toArray();
  }

  @Test
  void ordinaryValuesAreToldFromZero() {
    assertEquals(0, Base.of(new double[0]));
    assertEquals(0, Base.of(new double[] {Double.NaN, HIGH, HIGH}));
    assertEquals(0, Base.of(counter(0, 100)));
  }

  @Test
  void aFewChangesThatAreLostAreRoundedAndMoreGiveABase() {
    double[] values = counter(0, 101);
    for (int t = 90; t <= 100; t++) {
      values[t] = 5.5e3 + 1e-3 * t;
    }
    assertEquals(0, Base.of(values));
    values[89] = 5.5e3 + 1e-3 * 89;
    assertEquals(3000, Base.of(values));
  }

  /** A meter was replaced, and its successor counts from zero. */
  @Test
  void theBaseLiesAmongMostOfTheValuesWhereverTheyEnd() {
    double[] values = Arrays.copyOf(counter(HIGH, 9000), 10_000);
    System.arraycopy(counter(0, 1000), 0, values, 9000, 1000);
    values[4000] = Double.NaN;

    double base = Base.of(values);

    for (int t = 0; t < 9000; t++) {
      assertEquals(values[t], base + (float) (values[t] - base), 0.02);
    }
  }
}
