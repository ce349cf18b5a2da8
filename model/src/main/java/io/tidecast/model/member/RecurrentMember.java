package io.tidecast.model.member;

import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;

/**
 * The recurrent member of one model version, packed for stepping: a stack of cells and the direct
 * head.
 *
 * <p>Not thread safe: it owns its scratch space; states belong to their series.
 */
public final class RecurrentMember {
  private final Ablation ablation;
  private final RecurrentCell[] cells;
  private final HeadWeights weights;
  private final Affine head;
  private final float[] share;
  private final float[] raw;
  private final float[] spreads;
  private final float[] seasonal;

  public RecurrentMember(ForecastModel model) {
    this(model, Ablation.NONE);
  }

  RecurrentMember(ForecastModel model, Ablation ablation) {
    this.ablation = ablation;
    cells = model.layers().stream().map(RecurrentCell::of).toArray(RecurrentCell[]::new);
    weights = model.head().orElseThrow();
    int hidden = weights.hidden();
    head = new Affine(hidden, weights.bias(), (o, i) -> weights.weight()[o * hidden + i]);
    share = weights.blend().clone();
    Activations.sigmoid(share, 0, share.length);
    raw = new float[weights.horizon() * weights.levels()];
    spreads = new float[raw.length];
    seasonal = new float[weights.horizon()];
  }

  /** Whether its forecasts begin from those of the linear member. */
  boolean onMap() {
    return weights.onMap();
  }

  boolean readsFuture() {
    return weights.known() > 0;
  }

  /** Zeroes the state, for these weights. */
  void begin(HiddenState state, String version) {
    state.begin(version, cells.length, weights.hidden());
  }

  /** Steps the state with the inputs of one step of the series. */
  public void step(HiddenState state, float[] inputs) {
    if (ablation.resetState()) {
      HiddenState.clear(state.h());
    }
    if (ablation.resetState() || ablation.resetCell()) {
      HiddenState.clear(state.c());
    }
    float[] x = inputs;
    for (int layer = 0; layer < cells.length; layer++) {
      cells[layer].step(x, state.h()[layer], state.c()[layer]);
      x = state.h()[layer];
    }
  }

  /**
   * The head's product alone, from which {@link #forecast} begins.
   *
   * @return {@code [horizon * levels]}, owned by this member, until its next call
   */
  public float[] head(HiddenState state) {
    float[] top = state.h()[cells.length - 1];
    System.arraycopy(top, 0, head.inputs(), 0, top.length);
    head.apply(raw);
    return raw;
  }

  /**
   * The member's forecast, see {@link HeadWeights}.
   *
   * @param near {@code [horizon]}, what it begins from beside the seasonal naive
   * @param future {@code [horizon * known]}, as {@code KnownFuture} gives it
   * @param out {@code [horizon * levels]}, transformed, ascending over levels
   */
  public void forecast(
      HiddenState state, SeriesInputs inputs, float[] near, float[] future, float[] out) {
    head(state);
    addFuture(future);
    Activations.softplus(raw, spreads);
    inputs.seasonalNaives(seasonal);
    int levels = weights.levels();
    float scale = inputs.scale();
    for (int h = 0; h < weights.horizon(); h++) {
      float base = share[h] * near[h] + (1 - share[h]) * seasonal[h];
      fan(h * levels, levels, base, scale * weights.unit()[h], out);
    }
  }

  /** Most that is known of a lead is that it is a day as any other: zeros are passed over. */
  private void addFuture(float[] future) {
    int known = weights.known();
    int levels = weights.levels();
    for (int i = 0; i < weights.horizon() * known; i++) {
      float value = future[i];
      int lead = i / known;
      for (int o = lead * levels; value != 0 && o < (lead + 1) * levels; o++) {
        raw[o] += weights.futureWeight()[o * known + i % known] * value;
      }
    }
  }

  private void fan(int from, int levels, float base, float unit, float[] out) {
    int median = from + levels / 2;
    out[median] = base + unit * raw[median];
    for (int k = median + 1; k < from + levels; k++) {
      out[k] = out[k - 1] + unit * spreads[k];
    }
    for (int k = median - 1; k >= from; k--) {
      out[k] = out[k + 1] - unit * spreads[k];
    }
  }
}
