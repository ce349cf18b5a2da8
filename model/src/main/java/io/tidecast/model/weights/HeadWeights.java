package io.tidecast.model.weights;

import io.tidecast.model.Checks;

/**
 * The direct head of the recurrent member: from the last layer's hidden state to all leads and
 * levels at once.
 *
 * <p>Raw output of lead h and level j is {@code o[h * levels + j]}. The median is {@code base_h +
 * u_h * o[h, median]}; levels above and below it follow by cumulative softplus of their outputs,
 * times u_h, outwards from the median, so that they cannot cross. {@code u_h = scale * unit[h]}
 * with the running scale of the series; {@code base_h = a_h * last + (1 - a_h) * seasonalNaive_h}
 * with {@code a_h = sigmoid(blend[h])}.
 *
 * @param weight {@code [horizon * levels, hidden]}, row-major, as PyTorch's {@code Linear}
 * @param bias {@code [horizon * levels]}
 * @param blend {@code [horizon]}, before the sigmoid
 * @param unit {@code [horizon]}, standard deviation of the scaled change over h steps in training
 */
public record HeadWeights(
    int horizon,
    int levels,
    int hidden,
    float[] weight,
    float[] bias,
    float[] blend,
    float[] unit) {
  public HeadWeights {
    Checks.length("head.weight", weight, horizon * levels * hidden);
    Checks.length("head.bias", bias, horizon * levels);
    Checks.length("head.blend", blend, horizon);
    Checks.length("head.unit", unit, horizon);
  }
}
