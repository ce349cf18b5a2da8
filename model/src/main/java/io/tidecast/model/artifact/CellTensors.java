package io.tidecast.model.artifact;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.LstmWeights;
import io.tidecast.model.weights.RnnWeights;
import java.util.ArrayList;
import java.util.List;

/** The layers of the recurrent member as tensors, under the names that PyTorch gives them. */
final class CellTensors {
  private CellTensors() {}

  static List<Tensor> of(CellWeights layer, int k) {
    if (layer instanceof LstmWeights lstm) {
      return recurrent(
          "lstm", k, 4, layer, lstm.weightIh(), lstm.weightHh(), lstm.biasIh(), lstm.biasHh());
    }
    if (layer instanceof RnnWeights rnn) {
      return recurrent(
          "rnn", k, 1, layer, rnn.weightIh(), rnn.weightHh(), rnn.biasIh(), rnn.biasHh());
    }
    FeedForwardWeights linear = (FeedForwardWeights) layer;
    return List.of(
        new Tensor("linear." + k + ".weight", linear.weight(), linear.hidden(), linear.inputs()),
        new Tensor("linear." + k + ".bias", linear.bias(), linear.hidden()));
  }

  private static List<Tensor> recurrent(
      String module,
      int k,
      int gates,
      CellWeights layer,
      float[] weightIh,
      float[] weightHh,
      float[] biasIh,
      float[] biasHh) {
    int rows = gates * layer.hidden();
    return List.of(
        new Tensor(module + ".weight_ih_l" + k, weightIh, rows, layer.inputs()),
        new Tensor(module + ".weight_hh_l" + k, weightHh, rows, layer.hidden()),
        new Tensor(module + ".bias_ih_l" + k, biasIh, rows),
        new Tensor(module + ".bias_hh_l" + k, biasHh, rows));
  }

  static List<CellWeights> read(Safetensors file, ForecasterConfig config)
      throws InvalidArtifactException {
    CellConfig cell = config.cell();
    List<CellWeights> layers = new ArrayList<>();
    for (int k = 0; k < cell.layers(); k++) {
      int inputs = k == 0 ? InputLayout.of(config).size() : cell.hidden();
      layers.add(layer(file, cell.kind(), inputs, cell.hidden(), k));
    }
    return layers;
  }

  private static CellWeights layer(
      Safetensors file, CellConfig.Kind kind, int inputs, int hidden, int k)
      throws InvalidArtifactException {
    if (kind == CellConfig.Kind.FEED_FORWARD) {
      return new FeedForwardWeights(
          inputs,
          hidden,
          file.tensor("linear." + k + ".weight", hidden, inputs).values(),
          file.tensor("linear." + k + ".bias", hidden).values());
    }
    String module = kind == CellConfig.Kind.LSTM ? "lstm" : "rnn";
    int rows = kind == CellConfig.Kind.LSTM ? 4 * hidden : hidden;
    float[] weightIh = file.tensor(module + ".weight_ih_l" + k, rows, inputs).values();
    float[] weightHh = file.tensor(module + ".weight_hh_l" + k, rows, hidden).values();
    float[] biasIh = file.tensor(module + ".bias_ih_l" + k, rows).values();
    float[] biasHh = file.tensor(module + ".bias_hh_l" + k, rows).values();
    return kind == CellConfig.Kind.LSTM
        ? new LstmWeights(inputs, hidden, weightIh, weightHh, biasIh, biasHh)
        : new RnnWeights(inputs, hidden, weightIh, weightHh, biasIh, biasHh);
  }
}
