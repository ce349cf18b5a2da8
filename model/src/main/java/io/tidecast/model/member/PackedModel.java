package io.tidecast.model.member;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.weights.ForecastModel;

/**
 * A model version laid out for stepping one key at a time: a recurrent member unless the cell is
 * {@code NONE}, and a highway unless it was not trained or is switched off. Holds scratch space:
 * for one thread.
 */
public final class PackedModel {
  /** That of a group which has no model. */
  public static final PackedModel NONE = new PackedModel("", null, null);

  private final String version;
  private final RecurrentMember recurrent;
  private final HighwayMember highway;

  private PackedModel(String version, RecurrentMember recurrent, HighwayMember highway) {
    this.version = version;
    this.recurrent = recurrent;
    this.highway = highway;
  }

  /**
   * @throws IllegalArgumentException if the model was trained for another configuration
   */
  public static PackedModel of(ForecastModel model, ForecasterConfig config) {
    requireTrainedFor(config, model);
    return new PackedModel(
        model.version(),
        model.head().isPresent() ? new RecurrentMember(model, config) : null,
        config.hasHighway()
            ? model.highway().map(maps -> new HighwayMember(maps, config)).orElse(null)
            : null);
  }

  private static void requireTrainedFor(ForecasterConfig config, ForecastModel model) {
    if (!config.sharesWeightsWith(model.config())) {
      throw new IllegalArgumentException(
          "Expected a model for "
              + config
              + " but "
              + model.version()
              + " is for "
              + model.config());
    }
  }

  /** Empty if there is no model. */
  public String version() {
    return version;
  }

  /** Whether there is a hidden state to step. */
  public boolean isRecurrent() {
    return recurrent != null;
  }

  /** Steps the hidden state with the inputs of one step of the series. */
  public void step(HiddenState state, float[] inputs) {
    recurrent.step(state, inputs);
  }

  /**
   * The forecast of the recurrent member.
   *
   * @param out {@code [horizon * levels]}, transformed, ascending over levels
   * @return whether there is one
   */
  public boolean forecastRecurrent(HiddenState state, SeriesInputs inputs, float[] out) {
    if (recurrent == null) {
      return false;
    }
    recurrent.forecast(state, inputs, out);
    return true;
  }

  /**
   * The forecast of the linear maps.
   *
   * @param index number of the last step on the grid
   * @param out {@code [horizon * levels]}, transformed, ascending over levels
   * @return whether there is one: not while the series is shorter than the shortest look-back
   */
  public boolean forecastHighway(SeriesInputs inputs, long index, float[] out) {
    if (highway == null || !highway.reads(inputs)) {
      return false;
    }
    highway.forecast(inputs, index, out);
    return true;
  }
}
