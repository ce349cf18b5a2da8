package io.tidecast.model.member;

/**
 * Activation functions of the recurrent member. Training and stepping use these same ones, so a
 * model is stepped as it was trained.
 *
 * <p>NaN in gives NaN out.
 */
public final class Activations {
  // beyond it the float nearest to tanh is 1
  private static final float TANH_LIMIT = 7.90531110763549805f;

  // odd polynomial of degree 13 over even one of degree 6; coefficients as in Eigen's float tanh
  private static final float A1 = 4.89352455891786e-03f;
  private static final float A3 = 6.37261928875436e-04f;
  private static final float A5 = 1.48572235717979e-05f;
  private static final float A7 = 5.12229709037114e-08f;
  private static final float A9 = -8.60467152213735e-11f;
  private static final float A11 = 2.00018790482477e-13f;
  private static final float A13 = -2.76076847742355e-16f;
  private static final float B0 = 4.89352518554385e-03f;
  private static final float B2 = 2.26843463243900e-03f;
  private static final float B4 = 1.18534705686654e-04f;
  private static final float B6 = 1.19825839466702e-06f;

  private Activations() {}

  /** {@code values[i] = tanh(values[i])} for i in [from, to); error below 5e-7. */
  public static void tanh(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      values[i] = tanh(values[i]);
    }
  }

  /** {@code values[i] = 1 / (1 + exp(-values[i]))} for i in [from, to); error below 5e-7. */
  public static void sigmoid(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      values[i] = sigmoid(values[i]);
    }
  }

  public static float tanh(float value) {
    float x = Math.max(-TANH_LIMIT, Math.min(TANH_LIMIT, value));
    float s = x * x;
    float p = Math.fma(s, A13, A11);
    p = Math.fma(s, p, A9);
    p = Math.fma(s, p, A7);
    p = Math.fma(s, p, A5);
    p = Math.fma(s, p, A3);
    p = Math.fma(s, p, A1);
    float q = Math.fma(s, B6, B4);
    q = Math.fma(s, q, B2);
    q = Math.fma(s, q, B0);
    return x * p / q;
  }

  public static float sigmoid(float value) {
    return 0.5f + 0.5f * tanh(0.5f * value);
  }

  /**
   * {@code out[i] = log(1 + exp(values[i]))}: not negative, finite for every finite value; error
   * below 1e-6. Flat loops that the JIT vectorises.
   *
   * <p>With {@code e = exp(-|x|)} from a sigmoid, {@code softplus(x) = max(x, 0) + log(1 + e)} and
   * {@code log(1 + e) = 2 artanh(z)}, {@code z = e / (2 + e)} at most 1/3.
   */
  public static void softplus(float[] values, float[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = tanh(0.5f * values[i]);
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = softplus(values[i], 0.5f - 0.5f * Math.abs(out[i]));
    }
  }

  /**
   * Softplus of one value.
   *
   * @param smaller the smaller one of its sigmoid and what that lacks to 1
   */
  public static float softplus(float value, float smaller) {
    float e = smaller / (1 - smaller);
    float z = e / (2 + e);
    float zz = z * z;
    float series = zz * (1 / 11f + zz * (1 / 13f));
    series = zz * (1 / 7f + zz * (1 / 9f + series));
    series = 1 + zz * (1 / 3f + zz * (1 / 5f + series));
    return Math.max(value, 0) + 2 * z * series;
  }
}
