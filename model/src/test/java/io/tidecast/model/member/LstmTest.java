package io.tidecast.model.member;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.RandomModels;
import io.tidecast.model.weights.LstmWeights;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

class LstmTest {
  private static final int STEPS = 50;

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 8, 17, 64})
  void stepsAsAnIndependentImplementationDoes(int hidden) {
    for (int inputs : new int[] {1, 3, 8, 13}) {
      LstmWeights weights = RandomModels.lstm(inputs, hidden, new Random(hidden * 100L + inputs));
      float[][] x = new float[STEPS][inputs];
      Random random = new Random(7);
      for (float[] row : x) {
        for (int i = 0; i < inputs; i++) {
          row[i] = 3 * (float) random.nextGaussian();
        }
      }

      float[][] expected = layer(weights, x);

      Lstm lstm = new Lstm(weights);
      float[] h = new float[hidden];
      float[] c = new float[hidden];
      for (int t = 0; t < STEPS; t++) {
        lstm.step(x[t], h, c);
        // rounding of a float sum of 77 terms and of the activations, through a contracting cell
        assertArrayEquals(expected[t], h, 4e-6f, "hidden " + hidden + " step " + t);
      }
    }
  }

  /** {@code [steps][hidden]} by ND4J's {@code lstmLayer}, whose gate order is that of PyTorch. */
  private static float[][] layer(LstmWeights weights, float[][] x) {
    int hidden = weights.hidden();
    INDArray bias =
        Nd4j.createFromArray(weights.biasIh()).add(Nd4j.createFromArray(weights.biasHh()));
    INDArray out = Nd4j.create(DataType.FLOAT, x.length, 1, hidden);
    // time, batch, size; forward; sigmoid for the gates, tanh for cell and output
    // bias and the full sequence, no lengths, initial states, peepholes or last states
    Nd4j.exec(
        DynamicCustomOp.builder("lstmLayer")
            .addInputs(
                Nd4j.createFromArray(new float[][][] {x}).permute(1, 0, 2).dup('c'),
                transposed(weights.weightIh(), 4 * hidden, weights.inputs()),
                transposed(weights.weightHh(), 4 * hidden, hidden),
                bias)
            .addIntegerArguments(0, 0, 2, 0, 0)
            .addBooleanArguments(true, false, false, false, false, true, false, false)
            .addFloatingPointArguments(0.0)
            .addOutputs(out)
            .build());
    return out.reshape('c', x.length, hidden).toFloatMatrix();
  }

  private static INDArray transposed(float[] values, int rows, int columns) {
    return Nd4j.createFromArray(values).reshape('c', rows, columns).transpose().dup('c');
  }

  @Test
  void activationsAreAccurateOverTheWholeRange() {
    float[] out = new float[1];
    for (float x = -30; x < 30; x += 0.001f) {
      assertEquals(Math.tanh(x), Activations.tanh(x), 5e-7);
      assertEquals(1 / (1 + Math.exp(-x)), Activations.sigmoid(x), 5e-7);
      double softplus = Math.log1p(Math.exp(x));
      Activations.softplus(new float[] {x}, out);
      assertEquals(softplus, out[0], 1e-6 * Math.max(1, softplus));
    }
    assertTrue(Float.isNaN(Activations.tanh(Float.NaN)));
    assertTrue(Float.isNaN(Activations.sigmoid(Float.NaN)));
  }
}
