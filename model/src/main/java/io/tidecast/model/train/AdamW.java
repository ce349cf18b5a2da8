package io.tidecast.model.train;

/**
 * Adam with decoupled weight decay (Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019,
 * algorithm 2): {@code m = b1 m + (1 - b1) g}, {@code v = b2 v + (1 - b2) g^2}, {@code p -= rate (m
 * / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + 1e-8) + decay p)}.
 */
final class AdamW {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final double decay;
  private final double[] m;
  private final double[] v;
  private int steps;

  AdamW(int parameters, double decay) {
    this.decay = decay;
    m = new double[parameters];
    v = new double[parameters];
  }

  /** One step; {@code parameters} are updated. */
  void step(float[] parameters, float[] gradient, double rate) {
    steps++;
    double meanCorrection = 1 / (1 - Math.pow(BETA1, steps));
    double varianceCorrection = 1 / (1 - Math.pow(BETA2, steps));
    for (int i = 0; i < parameters.length; i++) {
      double g = gradient[i];
      m[i] = BETA1 * m[i] + (1 - BETA1) * g;
      v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
      double direction = m[i] * meanCorrection / (Math.sqrt(v[i] * varianceCorrection) + EPSILON);
      parameters[i] -= (float) (rate * (direction + decay * parameters[i]));
    }
  }

  static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  /**
   * Scales {@code gradient} down to {@code limit} if its norm is above it; tells whether it was.
   */
  static boolean clip(float[] gradient, double norm, double limit) {
    if (norm <= limit) {
      return false;
    }
    float factor = (float) (limit / norm);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= factor;
    }
    return true;
  }
}
