package io.tidecast.model.train;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.LstmWeights;
import io.tidecast.model.weights.RnnWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One layer within the flat vector of parameters: weight_ih {@code [gates * hidden, inputs]},
 * weight_hh {@code [gates * hidden, hidden]} where there is feedback, bias {@code [gates *
 * hidden]}; PyTorch's two biases are one here.
 */
record LayerShape(CellConfig.Kind kind, int inputs, int hidden) {

  /** The layers of the recurrent member, from the inputs upwards. */
  static List<LayerShape> of(ForecasterConfig config) {
    CellConfig cell = config.cell();
    List<LayerShape> layers = new ArrayList<>();
    for (int i = 0; i < cell.layers(); i++) {
      int inputs = i == 0 ? InputLayout.of(config).size() : cell.hidden();
      layers.add(new LayerShape(cell.kind(), inputs, cell.hidden()));
    }
    return layers;
  }

  CellLayer layer(OffHeap memory, int batch, int maxSteps) {
    return kind == CellConfig.Kind.LSTM
        ? new LstmLayer(memory, this, batch, maxSteps)
        : new TanhLayer(memory, this, batch, maxSteps);
  }

  int gates() {
    return kind == CellConfig.Kind.LSTM ? 4 : 1;
  }

  /** Whether the hidden state is an input of the next step. */
  boolean feedback() {
    return kind != CellConfig.Kind.FEED_FORWARD;
  }

  /** Rows of the matrices, and size of the bias. */
  int rows() {
    return gates() * hidden;
  }

  /** Where the bias begins. */
  int bias() {
    return rows() * (inputs + (feedback() ? hidden : 0));
  }

  /** Number of parameters. */
  int size() {
    return bias() + rows();
  }

  /** The parameters from {@code from} on, as the model holds them. */
  CellWeights weights(float[] parameters, int from) {
    int hh = from + rows() * inputs;
    int b = from + bias();
    float[] ih = Arrays.copyOfRange(parameters, from, hh);
    float[] bias = Arrays.copyOfRange(parameters, b, b + rows());
    if (!feedback()) {
      return new FeedForwardWeights(inputs, hidden, ih, bias);
    }
    float[] feedback = Arrays.copyOfRange(parameters, hh, b);
    float[] none = new float[rows()];
    return kind == CellConfig.Kind.LSTM
        ? new LstmWeights(inputs, hidden, ih, feedback, bias, none)
        : new RnnWeights(inputs, hidden, ih, feedback, bias, none);
  }

  /** The other way round. */
  void parameters(CellWeights weights, float[] parameters, int at) {
    if (weights instanceof LstmWeights lstm) {
      fill(parameters, at, lstm.weightIh(), lstm.weightHh(), lstm.biasIh(), lstm.biasHh());
    } else if (weights instanceof RnnWeights rnn) {
      fill(parameters, at, rnn.weightIh(), rnn.weightHh(), rnn.biasIh(), rnn.biasHh());
    } else {
      FeedForwardWeights plain = (FeedForwardWeights) weights;
      fill(parameters, at, plain.weight(), new float[0], plain.bias(), new float[rows()]);
    }
  }

  private void fill(
      float[] parameters, int at, float[] ih, float[] hh, float[] biasIh, float[] biasHh) {
    System.arraycopy(ih, 0, parameters, at, ih.length);
    System.arraycopy(hh, 0, parameters, at + ih.length, hh.length);
    for (int k = 0; k < rows(); k++) {
      parameters[at + bias() + k] = biasIh[k] + biasHh[k];
    }
  }
}
