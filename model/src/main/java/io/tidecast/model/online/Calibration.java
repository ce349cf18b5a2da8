package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Widens or narrows what is given out about its median, per knot of the leads and per level, until
 * each quantile covers what it promises on this series: {@code q = median + f (q - median)}, by the
 * rule of {@link QuantileTracker}. The outcomes of all leads move the factors of the knots they lie
 * between, in proportion: neighbouring leads share what they learn, which makes it steadier, not
 * faster.
 */
final class Calibration {
  private final int levels;
  private final float[] factor;
  private String version = "";

  Calibration(ForecasterConfig config) {
    levels = config.levels().size();
    factor = new float[LeadKnots.count(config.horizon()) * levels];
    Arrays.fill(factor, 1);
  }

  /** Without the name of the version. */
  static int bytes(ForecasterConfig config) {
    return Float.BYTES * LeadKnots.count(config.horizon()) * config.levels().size();
  }

  /**
   * Another model begins to serve. The first one brings its own idea of its errors, and what was
   * learnt of the naives is forgotten; a later one is a successor, and half of what was learnt of
   * its predecessor, by logarithm, is kept.
   */
  void serve(String other) {
    if (!other.equals(version)) {
      for (int k = 0; k < factor.length; k++) {
        factor[k] = version.isEmpty() ? 1 : (float) Math.sqrt(factor[k]);
      }
      version = other;
    }
  }

  /** Factors of all leads, {@code [horizon * levels]}. */
  void factors(LeadKnots knots, float[] out) {
    knots.interpolate(factor, levels, out);
  }

  float factor(int knot, int level) {
    return factor[knot * levels + level];
  }

  /**
   * @param lead from 1
   * @param quantiles that were forecast, {@code [levels]}
   */
  void observe(
      LeadKnots knots, QuantileTracker tracker, int lead, float target, float[] quantiles) {
    int knot = knots.knot(lead - 1);
    float next = knots.towardsNext(lead - 1);
    float rate = QuantileTracker.rate(lead);
    float share = (1 - next) / knots.weight(knot);
    tracker.observe(factor, knot * levels, rate * share, target, quantiles);
    if (next > 0) {
      share = next / knots.weight(knot + 1);
      tracker.observe(factor, (knot + 1) * levels, rate * share, target, quantiles);
    }
  }

  void set(Calibration other) {
    System.arraycopy(other.factor, 0, factor, 0, factor.length);
    version = other.version;
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(version);
    LittleEndian.write(out, factor);
  }

  void read(DataInput in) throws IOException {
    version = in.readUTF();
    LittleEndian.read(in, factor);
  }
}
