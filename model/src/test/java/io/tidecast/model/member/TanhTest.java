package io.tidecast.model.member;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.tidecast.model.RandomModels;
import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.RnnWeights;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TanhTest {
  private static final int STEPS = 50;

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "1, 3", "13, 7", "8, 8", "5, 17", "20, 64"})
  void vanillaRnnStepsAsItsEquationInDouble(int inputs, int hidden) {
    Random random = new Random(hidden * 100L + inputs);
    RnnWeights weights = RandomModels.rnn(inputs, hidden, random);
    RecurrentCell cell = RecurrentCell.of(weights);
    float[] h = new float[hidden];
    float[] c = new float[hidden];
    double[] expected = new double[hidden];

    for (int t = 0; t < STEPS; t++) {
      float[] x = gaussian(inputs, random);
      cell.step(x, h, c);

      double[] before = expected.clone();
      for (int k = 0; k < hidden; k++) {
        double z = weights.biasIh()[k] + weights.biasHh()[k];
        for (int i = 0; i < inputs; i++) {
          z += (double) weights.weightIh()[k * inputs + i] * x[i];
        }
        for (int i = 0; i < hidden; i++) {
          z += weights.weightHh()[k * hidden + i] * before[i];
        }
        expected[k] = Math.tanh(z);
      }
      // rounding of a float sum of 84 terms through feedback that contracts
      assertArrayEquals(expected, doubles(h), 4e-6, "step " + t);
    }
    assertArrayEquals(new float[hidden], c, "there is no cell state");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "1, 3", "13, 7", "8, 8", "20, 64"})
  void feedForwardLayerReadsTheLastInputsAlone(int inputs, int hidden) {
    Random random = new Random(hidden * 100L + inputs);
    FeedForwardWeights weights = RandomModels.feedForward(inputs, hidden, random);
    RecurrentCell cell = RecurrentCell.of(weights);
    float[] h = gaussian(hidden, random);
    float[] x = gaussian(inputs, random);

    cell.step(x, h, new float[hidden]);

    double[] expected = new double[hidden];
    for (int k = 0; k < hidden; k++) {
      double z = weights.bias()[k];
      for (int i = 0; i < inputs; i++) {
        z += (double) weights.weight()[k * inputs + i] * x[i];
      }
      expected[k] = Math.tanh(z);
    }
    // rounding of a float sum of 20 terms
    assertArrayEquals(expected, doubles(h), 2e-6);
  }

  private static float[] gaussian(int size, Random random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }
}
