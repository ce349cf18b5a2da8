package io.tidecast.model.artifact;

import io.tidecast.model.CellConfig;
import io.tidecast.model.CellWeights;
import io.tidecast.model.FeedForwardWeights;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LstmWeights;
import io.tidecast.model.RnnWeights;
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
    CellConfig.Kind kind = config.cell().kind();
    List<CellWeights> layers = new ArrayList<>();
    while (file.has(first(kind, layers.size()))) {
      layers.add(layer(file, kind, config.cell().hidden(), layers.size()));
    }
    return layers;
  }

  /** Name of the matrix by which a layer is found. */
  private static String first(CellConfig.Kind kind, int k) {
    return switch (kind) {
      case LSTM -> "lstm.weight_ih_l" + k;
      case RNN -> "rnn.weight_ih_l" + k;
      case FEED_FORWARD -> "linear." + k + ".weight";
      case NONE -> "";
    };
  }

  private static CellWeights layer(Safetensors file, CellConfig.Kind kind, int hidden, int k)
      throws InvalidArtifactException {
    int rows = kind == CellConfig.Kind.LSTM ? 4 * hidden : hidden;
    Tensor first = file.tensor(first(kind, k), rows, -1);
    int inputs = first.shape()[1];
    if (kind == CellConfig.Kind.FEED_FORWARD) {
      float[] bias = file.tensor("linear." + k + ".bias", hidden).values();
      return new FeedForwardWeights(inputs, hidden, first.values(), bias);
    }
    String module = kind == CellConfig.Kind.LSTM ? "lstm" : "rnn";
    float[] weightHh = file.tensor(module + ".weight_hh_l" + k, rows, hidden).values();
    float[] biasIh = file.tensor(module + ".bias_ih_l" + k, rows).values();
    float[] biasHh = file.tensor(module + ".bias_hh_l" + k, rows).values();
    return kind == CellConfig.Kind.LSTM
        ? new LstmWeights(inputs, hidden, first.values(), weightHh, biasIh, biasHh)
        : new RnnWeights(inputs, hidden, first.values(), weightHh, biasIh, biasHh);
  }
}
