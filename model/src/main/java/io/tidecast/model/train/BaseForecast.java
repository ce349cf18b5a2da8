package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.PhaseProducts;
import io.tidecast.model.input.Phases;
import io.tidecast.model.weights.HighwayWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the network's forecasts begin from, as it trains: the medians of the longest linear map that
 * a series is long enough for, or the last value. Maps are not trained with the network, so what is
 * forecast from a row is computed once, as far as memory goes. For one thread.
 */
final class BaseForecast {
  // in floats, 64 MB: a row is drawn again and again, and its product is as dear as the network
  private static final int KEPT = 1 << 24;
  // header of an array, and the reference to it
  private static final int OVERHEAD = 6;

  private final List<PackedMap> maps = new ArrayList<>();
  private final InputLayout layout;
  private final Phases seasons;
  private final PhaseProducts products;
  private final float[] multiplied;
  private final float[] phases;
  private final KnownFuture known;
  private final float[] future;
  private final Map<SeriesRows, float[][]> kept = new IdentityHashMap<>();
  private int left = KEPT;

  private BaseForecast(ForecasterConfig config) {
    layout = InputLayout.of(config);
    seasons = new Phases(config);
    products = new PhaseProducts(config);
    multiplied = new float[products.values()];
    phases = new float[seasons.size() + products.size()];
    known = KnownFuture.overall(config);
    future = new float[config.horizon() * known.size()];
  }

  static BaseForecast lastValue(ForecasterConfig config) {
    return new BaseForecast(config);
  }

  static BaseForecast of(ForecasterConfig config, HighwayWeights map) {
    BaseForecast base = new BaseForecast(config);
    base.maps.add(new PackedMap(map));
    map.shorter().forEach(shorter -> base.maps.add(new PackedMap(shorter)));
    return base;
  }

  boolean isMap() {
    return !maps.isEmpty();
  }

  /**
   * The forecasts from a row, relative to its value and in running scales.
   *
   * @param out {@code [horizon]}
   */
  void fill(SeriesRows series, int row, float[] out) {
    if (!isMap()) {
      Arrays.fill(out, 0);
      return;
    }
    float[][] its =
        kept.computeIfAbsent(series, of -> new float[mayKeep(of.rows()) ? of.rows() : 0][]);
    if (row < its.length && its[row] == null && mayKeep(out.length + OVERHEAD)) {
      its[row] = new float[out.length];
      multiply(series, row, its[row]);
    }
    if (row >= its.length || its[row] == null) {
      multiply(series, row, out);
    } else {
      System.arraycopy(its[row], 0, out, 0, out.length);
    }
  }

  /** Whether there is room for so many floats; it is taken. */
  private boolean mayKeep(int floats) {
    boolean may = left >= floats;
    left -= may ? floats : 0;
    return may;
  }

  private void multiply(SeriesRows series, int row, float[] out) {
    Arrays.fill(out, 0);
    for (PackedMap map : maps) {
      if (row + 1 >= map.weights.lookBack()) {
        fill(map, series, row, out);
        return;
      }
    }
  }

  private void fill(PackedMap map, SeriesRows series, int row, float[] out) {
    System.arraycopy(map.weights.intercept(), 0, out, 0, out.length);
    int past = map.weights.lookBack() - 1;
    for (int i = 0; i < past; i++) {
      map.add(i, deviation(series, row, past - i), out);
    }
    for (int k = 0; k < map.weights.covariates(); k++) {
      map.add(past + k, series.inputs()[row][layout.readByMaps(k)], out);
    }
    if (map.weights.phases() > 0) {
      fillPhases(series, row, map.weights.phases() > seasons.size());
      for (int m = 0; m < map.weights.phases(); m++) {
        map.add(past + map.weights.covariates() + m, phases[m], out);
      }
    }
    if (map.weights.known() > 0) {
      known.fill(series.at(row, out.length), series.steps()[row], future);
      for (int i = 0; i < future.length; i++) {
        out[i / known.size()] += map.weights.futureWeight()[i] * future[i];
      }
    }
  }

  private static float deviation(SeriesRows series, int row, int lag) {
    float deviation = (series.x()[row - lag] - series.x()[row]) / series.scale()[row];
    float limit = HighwayWeights.MAX_DEVIATION;
    return Math.max(-limit, Math.min(limit, deviation));
  }

  private void fillPhases(SeriesRows series, int row, boolean withProducts) {
    long step = series.steps()[row];
    seasons.fill(step, phases);
    int[] lags = products.lags();
    for (int i = 0; withProducts && i < multiplied.length; i++) {
      multiplied[i] =
          i < lags.length
              ? deviation(series, row, lags[i])
              : series.inputs()[row][layout.covariateLevel(i - lags.length)];
    }
    if (withProducts) {
      products.fill(step, multiplied, phases, seasons.size());
    }
  }

  /** Weights {@code [predictors][horizon]}: the inner loop runs over the leads. */
  private static final class PackedMap {
    private final HighwayWeights weights;
    private final float[][] rows;

    private PackedMap(HighwayWeights weights) {
      this.weights = weights;
      int past = weights.lookBack() - 1;
      rows = new float[past + weights.covariates() + weights.phases()][weights.horizon()];
      pack(weights.weight(), 0, past);
      pack(weights.covariateWeight(), past, weights.covariates());
      pack(weights.phaseWeight(), past + weights.covariates(), weights.phases());
    }

    private void pack(float[] stored, int from, int size) {
      for (int h = 0; h < weights.horizon(); h++) {
        for (int i = 0; i < size; i++) {
          rows[from + i][h] = stored[h * size + i];
        }
      }
    }

    private void add(int predictor, float value, float[] out) {
      float[] row = rows[predictor];
      for (int h = 0; h < out.length; h++) {
        out[h] = Math.fma(value, row[h], out[h]);
      }
    }
  }
}
