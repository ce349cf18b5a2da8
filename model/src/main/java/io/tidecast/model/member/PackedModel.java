package io.tidecast.model.member;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.weights.ForecastModel;
import java.util.Arrays;

/**
 * A model version laid out for stepping one key at a time: a recurrent member unless the cell is
 * {@code NONE}, and a highway unless it was not trained; where it is switched off, the recurrent
 * member may still begin from it. Holds scratch space: for one thread.
 */
public final class PackedModel {
  /** That of a group which has no model. */
  public static final PackedModel NONE = new PackedModel("", "", null, null, 0, false, null);

  private final String version;
  private final String parent;
  private final RecurrentMember recurrent;
  private final HighwayMember highway;
  private final boolean highwayServes;
  private final float[] last;
  private final KnownFuture known;
  private final float[] future;

  private PackedModel(
      String version,
      String parent,
      RecurrentMember recurrent,
      HighwayMember highway,
      int horizon,
      boolean highwayServes,
      KnownFuture knownOrNull) {
    this.version = version;
    this.parent = parent;
    this.recurrent = recurrent;
    this.highway = highway;
    this.highwayServes = highwayServes;
    last = new float[horizon];
    boolean readsFuture =
        (recurrent != null && recurrent.readsFuture())
            || (highway != null && highway.readsFuture());
    known = readsFuture ? knownOrNull : null;
    future = new float[known == null ? 0 : horizon * known.size()];
  }

  /**
   * A model as the configuration serves it, see {@link ForecasterConfig#hindrance}.
   *
   * @throws IllegalArgumentException if it cannot serve under it
   */
  public static PackedModel of(ForecastModel model, ForecasterConfig config) {
    return of(model, config, Ablation.NONE);
  }

  /** The same with parts of it switched off. */
  public static PackedModel of(ForecastModel model, ForecasterConfig config, Ablation ablation) {
    ForecastModel fitted = FittedModel.of(model, config);
    return new PackedModel(
        fitted.version(),
        fitted.provenance().parent(),
        fitted.head().isPresent() ? new RecurrentMember(fitted, ablation) : null,
        fitted.highway().map(maps -> new HighwayMember(maps, config)).orElse(null),
        config.horizon(),
        !ablation.noHighway(),
        new KnownFuture(config));
  }

  /** Empty if there is no model. */
  public String version() {
    return version;
  }

  /** The version that its training began from; empty if from scratch. */
  public String parent() {
    return parent;
  }

  /** Whether there is a hidden state to step. */
  public boolean isRecurrent() {
    return recurrent != null;
  }

  /** Whether medians leave the last value, also those of a random walk. */
  public boolean movesMedian() {
    return highway != null && highway.movesMedian();
  }

  /** Zeroes the hidden state, for this version. */
  public void begin(HiddenState state) {
    recurrent.begin(state, version);
  }

  /** Steps the hidden state with the inputs of one step of the series. */
  public void step(HiddenState state, float[] inputs) {
    recurrent.step(state, inputs);
  }

  /**
   * The forecasts of the members that take part: the linear one not while the series is shorter
   * than the shortest look-back.
   *
   * @param index number of the last step on the grid
   * @param ofRecurrent {@code [horizon * levels]}, transformed, ascending over levels
   * @param ofHighway the same
   * @param taking receives whether the recurrent and whether the linear member takes part
   */
  public void forecast(
      HiddenState state,
      SeriesInputs inputs,
      long index,
      float[] ofRecurrent,
      float[] ofHighway,
      boolean[] taking) {
    boolean reads = highway != null && highway.reads(inputs);
    if (known != null) {
      known.fill(inputs, index, future);
    }
    float[] near = reads ? highway.forecast(inputs, index, future, ofHighway) : last;
    taking[0] = recurrent != null;
    taking[1] = reads && highwayServes;
    if (recurrent != null) {
      Arrays.fill(last, inputs.last());
      recurrent.forecast(state, inputs, recurrent.onMap() ? near : last, future, ofRecurrent);
    }
  }
}
