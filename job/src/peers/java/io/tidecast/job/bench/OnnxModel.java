package io.tidecast.job.bench;

import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import io.tidecast.model.weights.LstmWeights;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One LSTM layer and the head's product as an ONNX model: a protocol buffer of four nodes, see
 * onnx.proto of ONNX. Inputs x, h, c; outputs nextH, nextC, head.
 */
final class OnnxModel {
  private static final int FLOAT = 1;
  private static final int INT_ATTRIBUTE = 2;
  private static final int OPSET = 14;
  private static final int FORMAT = 8;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  static byte[] of(ForecastModel model) {
    LstmWeights lstm = (LstmWeights) model.layers().get(0);
    HeadWeights head = model.head().orElseThrow();
    int hidden = lstm.hidden();
    int gates = 4 * hidden;
    int outputs = head.bias().length;
    OnnxModel graph = new OnnxModel();
    graph.message(1, lstmNode(hidden));
    graph.message(1, node("MatMul", "nextH,headWeight", "product"));
    graph.message(1, node("Add", "product,headBias", "head"));
    graph.text(2, "cell and head");
    graph.tensor("W", ordered(lstm.weightIh(), hidden), 1, gates, lstm.inputs());
    graph.tensor("R", ordered(lstm.weightHh(), hidden), 1, gates, hidden);
    graph.tensor("B", biases(lstm), 1, 2 * gates);
    graph.tensor("headWeight", transposed(head.weight(), outputs, hidden), hidden, outputs);
    graph.tensor("headBias", head.bias(), outputs);
    graph.value(11, "x", lstm.inputs());
    graph.value(11, "h", hidden);
    graph.value(11, "c", hidden);
    graph.value(12, "nextH", hidden);
    graph.value(12, "nextC", hidden);
    graph.value(12, "head", outputs);
    OnnxModel whole = new OnnxModel();
    whole.number(1, FORMAT);
    whole.message(7, graph);
    OnnxModel opset = new OnnxModel();
    opset.text(1, "");
    opset.number(2, OPSET);
    whole.message(8, opset);
    return whole.bytes.toByteArray();
  }

  private static OnnxModel lstmNode(int hidden) {
    OnnxModel node = node("LSTM", "x,W,R,B,,h,c", ",nextH,nextC");
    OnnxModel attribute = new OnnxModel();
    attribute.text(1, "hidden_size");
    attribute.number(3, hidden);
    attribute.number(20, INT_ATTRIBUTE);
    node.message(5, attribute);
    return node;
  }

  private static OnnxModel node(String type, String inputs, String outputs) {
    OnnxModel node = new OnnxModel();
    for (String input : inputs.split(",", -1)) {
      node.text(1, input);
    }
    for (String output : outputs.split(",", -1)) {
      node.text(2, output);
    }
    node.text(4, type);
    return node;
  }

  /** From gate order i, f, g, o to i, o, f, g. */
  private static float[] ordered(float[] weights, int hidden) {
    int gate = weights.length / 4;
    float[] ordered = new float[weights.length];
    int[] from = {0, 3, 1, 2};
    for (int k = 0; k < 4; k++) {
      System.arraycopy(weights, from[k] * gate, ordered, k * gate, gate);
    }
    return ordered;
  }

  private static float[] biases(LstmWeights lstm) {
    float[] both = new float[8 * lstm.hidden()];
    System.arraycopy(ordered(lstm.biasIh(), lstm.hidden()), 0, both, 0, 4 * lstm.hidden());
    System.arraycopy(
        ordered(lstm.biasHh(), lstm.hidden()), 0, both, 4 * lstm.hidden(), 4 * lstm.hidden());
    return both;
  }

  private static float[] transposed(float[] weight, int rows, int columns) {
    float[] transposed = new float[weight.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j * rows + i] = weight[i * columns + j];
      }
    }
    return transposed;
  }

  private void tensor(String name, float[] values, int... dims) {
    OnnxModel tensor = new OnnxModel();
    for (int dim : dims) {
      tensor.number(1, dim);
    }
    tensor.number(2, FLOAT);
    tensor.text(8, name);
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    tensor.field(9, raw.array());
    message(5, tensor);
  }

  /** {@code [1, 1, size]}. */
  private void value(int field, String name, int size) {
    OnnxModel shape = new OnnxModel();
    for (int dim : new int[] {1, 1, size}) {
      OnnxModel one = new OnnxModel();
      one.number(1, dim);
      shape.message(1, one);
    }
    OnnxModel tensor = new OnnxModel();
    tensor.number(1, FLOAT);
    tensor.message(2, shape);
    OnnxModel type = new OnnxModel();
    type.message(1, tensor);
    OnnxModel value = new OnnxModel();
    value.text(1, name);
    value.message(2, type);
    message(field, value);
  }

  private void message(int field, OnnxModel message) {
    field(field, message.bytes.toByteArray());
  }

  private void text(int field, String text) {
    field(field, text.getBytes(StandardCharsets.UTF_8));
  }

  private void field(int field, byte[] content) {
    varint(field << 3 | 2);
    varint(content.length);
    bytes.writeBytes(content);
  }

  private void number(int field, long value) {
    varint(field << 3);
    varint(value);
  }

  private void varint(long value) {
    long rest = value;
    while (rest > 0x7f) {
      bytes.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }
}
