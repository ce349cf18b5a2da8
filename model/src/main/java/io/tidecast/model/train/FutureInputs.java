package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.KnownFuture;
import java.util.Arrays;

/**
 * The head's product with what is known of each lead's target, and its gradient: plain loops, since
 * most of what is known is that a day is as any other. For one thread.
 */
final class FutureInputs {
  private final KnownFuture known;
  private final int size;
  private final int levels;
  private final float[] values;
  private final float[] read;
  private final float[] weight;
  private final float[] gradient;

  /**
   * @param rows whose values are kept at once
   */
  FutureInputs(ForecasterConfig config, int rows) {
    known = KnownFuture.overall(config);
    size = config.horizon() * known.size();
    levels = config.levels().size();
    values = new float[size];
    read = new float[rows * size];
    weight = new float[size * levels];
    gradient = new float[weight.length];
  }

  /** Number of values per lead. */
  int known() {
    return known.size();
  }

  void load(float[] parameters, int at) {
    System.arraycopy(parameters, at, weight, 0, weight.length);
  }

  void storeGradient(float[] to, int at) {
    System.arraycopy(gradient, 0, to, at, gradient.length);
  }

  /** Begins a sum of gradients. */
  void clear() {
    Arrays.fill(gradient, 0);
  }

  /**
   * Adds to the outputs of a row, {@code [horizon * levels][rows]} at its place, and keeps what was
   * read.
   */
  void add(SeriesRows series, int row, int place, float[][] outputs) {
    known.fill(series.at(row, size / known.size()), series.steps()[row], values);
    System.arraycopy(values, 0, read, place * size, size);
    for (int i = 0; i < size; i++) {
      for (int j = 0; values[i] != 0 && j < levels; j++) {
        int o = i / known.size() * levels + j;
        outputs[o][place] += weight[o * known.size() + i % known.size()] * values[i];
      }
    }
  }

  /** Adds the gradient by the outputs of a row that was added at that place. */
  void addGradient(int place, float[][] outputs) {
    for (int i = 0; i < size; i++) {
      float value = read[place * size + i];
      for (int j = 0; value != 0 && j < levels; j++) {
        int o = i / known.size() * levels + j;
        gradient[o * known.size() + i % known.size()] += outputs[o][place] * value;
      }
    }
  }
}
