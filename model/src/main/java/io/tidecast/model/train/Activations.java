package io.tidecast.model.train;

/**
 * Flat loops that the JIT vectorises. tanh is the rational minimax approximation of degree 13 over
 * 6 on [-7.9, 7.9] (beyond, a float tanh is 1), as in Eigen; largest error 2e-7.
 */
final class Activations {
  private static final float LIMIT = 7.90531110763549805f;

  private Activations() {}

  static void tanh(float[] x, int from, int length) {
    for (int i = from; i < from + length; i++) {
      x[i] = tanh(x[i]);
    }
  }

  static void sigmoid(float[] x, int from, int length) {
    for (int i = from; i < from + length; i++) {
      x[i] = 0.5f + 0.5f * tanh(0.5f * x[i]);
    }
  }

  private static float tanh(float value) {
    float x = Math.max(-LIMIT, Math.min(LIMIT, value));
    float s = x * x;
    float p = -2.76076847742355e-16f;
    p = p * s + 2.00018790482477e-13f;
    p = p * s - 8.60467152213735e-11f;
    p = p * s + 5.12229709037114e-08f;
    p = p * s + 1.48572235717979e-05f;
    p = p * s + 6.37261928875436e-04f;
    p = p * s + 4.89352455891786e-03f;
    float q = 1.19825839466702e-06f;
    q = q * s + 1.18534705686654e-04f;
    q = q * s + 2.26843463243900e-03f;
    q = q * s + 4.89352518554385e-03f;
    return x * p / q;
  }
}
