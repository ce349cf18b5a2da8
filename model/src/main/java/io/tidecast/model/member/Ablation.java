package io.tidecast.model.member;

/**
 * Parts of a model that are switched off, to show what they are worth.
 *
 * @param resetState hidden and cell state are zero before each step
 * @param resetCell the cell state alone is zero before each step
 * @param noHighway the linear highway takes no part: the recurrent member alone forecasts
 */
public record Ablation(boolean resetState, boolean resetCell, boolean noHighway) {
  public static final Ablation NONE = new Ablation(false, false, false);
}
