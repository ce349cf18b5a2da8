package io.tidecast.model.weights;

import io.tidecast.model.Checks;
import java.util.Arrays;

/**
 * The direct head of the recurrent member: from the last layer's hidden state, and from what is
 * known of each lead's target, to all leads and levels at once.
 *
 * <p>Raw output of lead h and level j is {@code o[h * levels + j]}, the product with the hidden
 * state and {@code sum_f futureWeight[h * levels + j, f] * v_hf}. The median is {@code base_h + u_h
 * * o[h, median]}; levels above and below it follow by cumulative softplus of their outputs, times
 * u_h, outwards from the median, so that they cannot cross. {@code u_h = scale * unit[h]} with the
 * running scale of the series; {@code base_h = a_h * near_h + (1 - a_h) * seasonalNaive_h} with
 * {@code a_h = sigmoid(blend[h])}, near_h being the median of the linear member, or the last value.
 *
 * @param weight {@code [horizon * levels, hidden]}, row-major, as PyTorch's {@code Linear}
 * @param bias {@code [horizon * levels]}
 * @param blend {@code [horizon]}, before the sigmoid
 * @param unit {@code [horizon]}, root mean square of the scaled distance from the base in training
 * @param futureWeight {@code [horizon * levels, known]}, row-major; empty if nothing that is known
 *     of the future is read
 * @param onMap whether forecasts begin from the linear member, as far as the series is long enough
 *     for it; from the last value otherwise
 */
public record HeadWeights(
    int horizon,
    int levels,
    int hidden,
    float[] weight,
    float[] bias,
    float[] blend,
    float[] unit,
    float[] futureWeight,
    boolean onMap) {
  public HeadWeights {
    Checks.length("head.weight", weight, horizon * levels * hidden);
    Checks.length("head.bias", bias, horizon * levels);
    Checks.length("head.blend", blend, horizon);
    Checks.length("head.unit", unit, horizon);
    int outputs = horizon * levels;
    Checks.length("head.futureWeight", futureWeight, outputs * (futureWeight.length / outputs));
  }

  /** From the last value on, without what is known of the future. */
  public HeadWeights(
      int horizon,
      int levels,
      int hidden,
      float[] weight,
      float[] bias,
      float[] blend,
      float[] unit) {
    this(horizon, levels, hidden, weight, bias, blend, unit, new float[0], false);
  }

  /** Number of values per lead that are known of the future and read. */
  public int known() {
    return futureWeight.length / (horizon * levels);
  }

  /** The same from the last value on, with every output moved by {@code distance}. */
  public HeadWeights moved(float distance) {
    float[] other = bias.clone();
    for (int i = 0; i < other.length; i++) {
      other[i] += distance;
    }
    return new HeadWeights(
        horizon, levels, hidden, weight, other, blend, unit, futureWeight, false);
  }

  private Object[] content() {
    return new Object[] {horizon, levels, hidden, weight, bias, blend, unit, futureWeight, onMap};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HeadWeights that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
