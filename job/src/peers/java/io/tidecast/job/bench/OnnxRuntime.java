package io.tidecast.job.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.member.HiddenState;
import io.tidecast.model.member.RecurrentMember;
import io.tidecast.model.weights.ForecastModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * ONNX Runtime on the same weights, checked against the product's own forecast: a session with one
 * thread, all tensors allocated once, the hidden state of each series copied in and out.
 */
public final class OnnxRuntime implements Peer {
  private static final float TOLERANCE = 1e-4f;

  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
  private OrtEnvironment environment;
  private OrtSession session;
  private FloatBuffer h;
  private FloatBuffer c;
  private FloatBuffer nextH;
  private FloatBuffer nextC;
  private FloatBuffer head;
  private float[][] states;
  private int step;

  @Override
  public String name() {
    return "ONNX Runtime 1.20.0";
  }

  @Override
  public Work work() {
    return Work.CELL;
  }

  @Override
  public void open(BenchOptions options) throws OrtException {
    ForecasterConfig config = options.config().forecaster(GeneratedLoad.VARIABLE);
    ForecastModel model = DrawnModel.of(config);
    int hidden = config.cell().hidden();
    int read = model.layers().get(0).inputs();
    environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions one = new OrtSession.SessionOptions()) {
      one.setIntraOpNumThreads(1);
      one.setInterOpNumThreads(1);
      session = environment.createSession(OnnxModel.of(model), one);
    }
    FloatBuffer x = tensor(inputs, "x", 1, 1, read);
    h = tensor(inputs, "h", 1, 1, hidden);
    c = tensor(inputs, "c", 1, 1, hidden);
    nextH = tensor(outputs, "nextH", 1, 1, hidden);
    nextC = tensor(outputs, "nextC", 1, 1, hidden);
    head = tensor(outputs, "head", 1, 1, config.horizon() * config.levels().size());
    float[] values = new float[read];
    for (int i = 0; i < read; i++) {
      values[i] = (float) Math.sin(i);
    }
    x.put(0, values);
    states = new float[2 * options.keys()][hidden];
    requireSameForecast(config, model, values);
  }

  private FloatBuffer tensor(Map<String, OnnxTensor> all, String name, long... shape)
      throws OrtException {
    int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    FloatBuffer buffer =
        ByteBuffer.allocateDirect(Float.BYTES * size).order(ByteOrder.nativeOrder()).asFloatBuffer();
    all.put(name, OnnxTensor.createTensor(environment, buffer, shape));
    return buffer;
  }

  private void requireSameForecast(ForecasterConfig config, ForecastModel model, float[] values)
      throws OrtException {
    RecurrentMember member = new RecurrentMember(model);
    HiddenState state = new HiddenState(config);
    for (int t = 0; t < 3; t++) {
      member.step(state, values);
      step(0);
    }
    float[] expected = member.head(state);
    for (int o = 0; o < expected.length; o++) {
      if (!(Math.abs(head.get(o) - expected[o]) <= TOLERANCE)) {
        throw new IllegalStateException("Expected " + expected[o] + " but found " + head.get(o));
      }
    }
  }

  @Override
  public void run(int times) throws OrtException {
    for (int i = 0; i < times; i++) {
      step(step++ % (states.length / 2));
    }
  }

  private void step(int series) throws OrtException {
    h.put(0, states[2 * series]);
    c.put(0, states[2 * series + 1]);
    session.run(inputs, outputs).close();
    nextH.get(0, states[2 * series]);
    nextC.get(0, states[2 * series + 1]);
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
