package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.HeadWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The recurrent member as it is trained: stacked cells under the direct quantile head, their loss
 * over a batch and its gradient.
 *
 * <p>All parameters are one flat vector: layer by layer as in {@link LayerShape}; then head.weight
 * {@code [outputs, hidden]}, head.bias {@code [outputs]}, head.blend {@code [horizon]},
 * head.future_weight {@code [outputs, known]}, with {@code outputs = horizon * levels}. Not thread
 * safe; its memory belongs to the given {@link OffHeap}.
 */
final class RecurrentNetwork {
  // outputs of the head that are in memory at once: 1 MB of floats
  private static final int CHUNK = 1 << 18;

  private final ForecasterConfig config;
  private final int inputs;
  private final boolean[] odd;
  private final int batch;
  private final int outputs;
  private final float[] unit;
  private final List<LayerShape> shapes;
  private final List<CellLayer> layers = new ArrayList<>();
  private final Matrix x;
  private final Matrix headWeight;
  private final Matrix headWeightGradient;
  private final float[] headBias;
  private final float[] headBiasGradient;
  private final float[] blend;
  private final Matrix chunk; // [outputs, rows]
  private final float[][] chunkValues;
  private final float[] stepInputs;
  private final float[] zeros;
  private final QuantileLoss loss;
  private final BaseForecast base;
  private final float[] near;
  private final FutureInputs future;

  /**
   * @param unit {@code [horizon]}, see {@link HeadWeights}
   * @param base its forecasts begin from
   * @param maxSteps of a window, burn-in included
   */
  RecurrentNetwork(
      OffHeap memory,
      ForecasterConfig config,
      float[] unit,
      BaseForecast base,
      int batch,
      int maxSteps) {
    this.config = config;
    this.base = base;
    near = new float[config.horizon()];
    odd = InputLayout.of(config).odd();
    inputs = odd.length;
    this.batch = batch;
    this.unit = unit;
    int hidden = config.cell().hidden();
    outputs = config.horizon() * config.levels().size();
    shapes = LayerShape.of(config);
    shapes.forEach(shape -> layers.add(shape.layer(memory, batch, maxSteps)));
    x = memory.floats(maxSteps * batch, inputs);
    headWeight = memory.floats(outputs, hidden);
    headWeightGradient = memory.floats(outputs, hidden);
    headBias = new float[outputs];
    headBiasGradient = new float[outputs];
    blend = new float[config.horizon()];
    int chunkRows = Math.max(1, Math.min(maxSteps * batch, CHUNK / outputs));
    chunk = memory.floats(outputs, chunkRows);
    chunkValues = new float[outputs][chunkRows];
    stepInputs = new float[batch * inputs];
    zeros = new float[batch * hidden];
    future = new FutureInputs(config, chunkRows);
    loss = new QuantileLoss(config.levels(), config.season(), config.transform(), unit, chunkRows);
  }

  /** Number of parameters. */
  static int size(ForecasterConfig config) {
    int hidden = config.cell().hidden();
    int outputs = config.horizon() * config.levels().size();
    int known = KnownFuture.size(config);
    return layersSize(config) + outputs * (hidden + 1 + known) + config.horizon();
  }

  private static int layersSize(ForecasterConfig config) {
    return LayerShape.of(config).stream().mapToInt(LayerShape::size).sum();
  }

  void load(float[] parameters) {
    int at = 0;
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).load(parameters, at);
      at += shapes.get(i).size();
    }
    headWeight.write(0, parameters, at, headWeight.size());
    at += headWeight.size();
    System.arraycopy(parameters, at, headBias, 0, outputs);
    System.arraycopy(parameters, at + outputs, blend, 0, blend.length);
    future.load(parameters, at + outputs + blend.length);
  }

  /** Loss summed over cells and levels, and the number of cells. */
  record Loss(double sum, long cells) {
    double mean(int levels) {
      return sum / Math.max(1, cells) / levels;
    }
  }

  Loss loss(WindowBatch windows) {
    forward(windows);
    loss.clear(blend);
    head(windows, false);
    return new Loss(loss.sum(), loss.cells());
  }

  /**
   * @param gradient receives the gradient of the mean loss over cells and levels
   */
  Loss lossAndGradient(WindowBatch windows, float[] gradient) {
    int steps = forward(windows);
    loss.clear(blend);
    Arrays.fill(headBiasGradient, 0);
    future.clear();
    head(windows, true);
    backward(steps);
    Loss result = new Loss(loss.sum(), loss.cells());
    store(gradient);
    float scale = (float) (1.0 / Math.max(1, result.cells()) / config.levels().size());
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= scale;
    }
    return result;
  }

  private void store(float[] gradient) {
    int at = 0;
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).storeGradient(gradient, at);
      at += shapes.get(i).size();
    }
    headWeightGradient.read(0, gradient, at, headWeight.size());
    at += headWeight.size();
    System.arraycopy(headBiasGradient, 0, gradient, at, outputs);
    System.arraycopy(loss.blendGradient(), 0, gradient, at + outputs, blend.length);
    future.storeGradient(gradient, at + outputs + blend.length);
  }

  private int forward(WindowBatch windows) {
    int steps = steps(windows);
    for (int t = 0; t < steps; t++) {
      Arrays.fill(stepInputs, 0);
      for (int b = 0; b < windows.windows().size(); b++) {
        fill(windows.windows().get(b), t, b * inputs);
      }
      x.write(t * batch, stepInputs, 0, stepInputs.length);
    }
    Matrix below = x;
    int firstRow = 0;
    for (CellLayer layer : layers) {
      layer.forward(below, firstRow, steps);
      below = layer.h();
      firstRow = batch;
    }
    return steps;
  }

  private static int steps(WindowBatch windows) {
    return windows.windows().stream().mapToInt(w -> w.to() - w.from()).max().orElse(0);
  }

  private void fill(WindowBatch.Window window, int t, int at) {
    if (window.from() + t >= window.to()) {
      return;
    }
    float[] values = window.rows().inputs()[window.from() + t];
    for (int i = 0; i < inputs; i++) {
      float seen = window.negated() && odd[i] ? -values[i] : values[i];
      stepInputs[at + i] = seen + window.shift()[i];
    }
  }

  private void head(WindowBatch windows, boolean gradient) {
    CellLayer top = layers.get(layers.size() - 1);
    int steps = steps(windows);
    int firstStep =
        windows.windows().stream().mapToInt(w -> w.lossFrom() - w.from()).min().orElse(0);
    for (int t = 0; gradient && t <= firstStep; t++) {
      top.hGradient().write(t * batch, zeros, 0, zeros.length);
    }
    float beta = 0;
    for (int row = firstStep * batch; row < steps * batch; row += chunk.columns()) {
      int n = Math.min(chunk.columns(), steps * batch - row);
      chunk.productByRows(headWeight, top.h(), batch + row, n);
      readChunk(n);
      for (int i = 0; i < n; i++) {
        origin(windows, row + i, i);
      }
      loss.add(chunkValues, n);
      if (gradient) {
        writeGradient(windows, row, n);
        headWeightGradient.productOfColumns(chunk, top.h(), batch + row, n, beta);
        top.hGradient().transposedColumns(batch + row, chunk, n, headWeight);
        beta = 1;
      }
    }
  }

  private void readChunk(int rows) {
    for (int o = 0; o < outputs; o++) {
      float[] values = chunkValues[o];
      chunk.read(o, values, 0, rows);
      float bias = headBias[o];
      for (int i = 0; i < rows; i++) {
        values[i] += bias;
      }
    }
  }

  /** Tells the loss what is at a place, and adds what is known of the future to its outputs. */
  private void origin(WindowBatch windows, int row, int place) {
    if (!isOrigin(windows, row)) {
      loss.without(place);
      return;
    }
    WindowBatch.Window window = windows.windows().get(row % batch);
    int r = window.from() + row / batch;
    base.fill(window.rows(), r, near);
    loss.origin(window, r, near, place);
    if (future.known() > 0) {
      future.add(window.rows(), r, place, chunkValues);
    }
  }

  private void writeGradient(WindowBatch windows, int firstRow, int rows) {
    for (int o = 0; o < outputs; o++) {
      chunk.write(o, chunkValues[o], 0, rows);
      headBiasGradient[o] += sum(chunkValues[o], rows);
    }
    for (int i = 0; i < rows && future.known() > 0; i++) {
      if (isOrigin(windows, firstRow + i)) {
        future.addGradient(i, chunkValues);
      }
    }
  }

  /** In four parts, each of which waits for itself alone. */
  private static float sum(float[] values, int length) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int i = 0;
    for (; i + 3 < length; i += 4) {
      a += values[i];
      b += values[i + 1];
      c += values[i + 2];
      d += values[i + 3];
    }
    for (; i < length; i++) {
      a += values[i];
    }
    return a + b + (c + d);
  }

  private boolean isOrigin(WindowBatch windows, int row) {
    if (row % batch >= windows.windows().size()) {
      return false;
    }
    WindowBatch.Window window = windows.windows().get(row % batch);
    int r = window.from() + row / batch;
    return r >= window.lossFrom()
        && r < window.to()
        && window.rows().isOrigin(r, window.meanScale());
  }

  private void backward(int steps) {
    for (int i = layers.size() - 1; i >= 0; i--) {
      CellLayer layer = layers.get(i);
      if (i == 0) {
        layer.backward(x, 0, steps, null);
        continue;
      }
      CellLayer below = layers.get(i - 1);
      for (int t = 0; t <= steps; t++) {
        below.hGradient().write(t * batch, zeros, 0, zeros.length);
      }
      layer.backward(below.h(), batch, steps, below.hGradient());
    }
  }

  /**
   * Norm of the gradient of the loss of the windows' last rows alone with respect to the first
   * layer's hidden state, by steps before it.
   */
  double[] gradientNormByLag(WindowBatch windows) {
    lossAndGradient(windows, new float[size(config)]);
    int steps = steps(windows);
    double[] norms = new double[steps];
    float[] row = new float[zeros.length];
    for (int lag = 0; lag < steps; lag++) {
      layers.get(0).hGradient().read((steps - lag) * batch, row, 0, row.length);
      norms[lag] = AdamW.norm(row);
    }
    return norms;
  }

  static List<CellWeights> layers(ForecasterConfig config, float[] parameters) {
    List<CellWeights> weights = new ArrayList<>();
    int at = 0;
    for (LayerShape shape : LayerShape.of(config)) {
      weights.add(shape.weights(parameters, at));
      at += shape.size();
    }
    return weights;
  }

  static HeadWeights head(
      ForecasterConfig config, float[] parameters, float[] unit, boolean onMap) {
    int hidden = config.cell().hidden();
    int outputs = config.horizon() * config.levels().size();
    int weight = layersSize(config);
    int bias = weight + outputs * hidden;
    int blend = bias + outputs;
    int future = blend + config.horizon();
    return new HeadWeights(
        config.horizon(),
        config.levels().size(),
        hidden,
        Arrays.copyOfRange(parameters, weight, bias),
        Arrays.copyOfRange(parameters, bias, blend),
        Arrays.copyOfRange(parameters, blend, future),
        unit.clone(),
        Arrays.copyOfRange(parameters, future, parameters.length),
        onMap);
  }
}
