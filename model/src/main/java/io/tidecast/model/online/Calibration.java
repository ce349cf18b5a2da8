package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Widens or narrows what is given out about its median until each quantile covers what it promises
 * on this series: {@code q = median + f g (q - median)}, by the rule of {@link QuantileTracker}.
 *
 * <p>The factor f is that of the level and of the knots of the leads. The outcomes of all leads
 * move the factors of the knots they lie between, in proportion: neighbouring leads share what they
 * learn, which makes it steadier, not faster. The factor g is that of the side of the median and of
 * the phase of the season in which the target lies, {@value #PHASES} of them: where noon is harder
 * than midnight, intervals are right at both.
 */
final class Calibration {
  private static final int PHASES = 8;
  private static final float PHASE_RATE = 0.002f;
  private static final float HASTE = 2;
  private static final int SETTLED = 3000;

  private final int levels;
  private final int season;
  private final float[] factor;
  // [phases * 2]: below and above the median
  private final float[] phase;
  private String version = "";
  private short seen;

  Calibration(ForecasterConfig config) {
    levels = config.levels().size();
    season = config.season();
    factor = new float[LeadKnots.count(config.horizon()) * levels];
    phase = new float[2 * phases(config)];
    Arrays.fill(factor, 1);
    Arrays.fill(phase, 1);
  }

  private static int phases(ForecasterConfig config) {
    return config.season() >= PHASES ? PHASES : 0;
  }

  /** Without the name of the version. */
  static int bytes(ForecasterConfig config) {
    int factors = LeadKnots.count(config.horizon()) * config.levels().size();
    return Short.BYTES + Float.BYTES * (factors + 2 * phases(config));
  }

  /**
   * Another model begins to serve. The first one brings its own idea of its errors, and what was
   * learnt of the naives is forgotten; a later one is a successor, and half of what was learnt of
   * its predecessor, by logarithm, is kept.
   */
  void serve(String other) {
    for (int k = 0; k < factor.length; k++) {
      factor[k] = version.isEmpty() ? 1 : (float) Math.sqrt(factor[k]);
    }
    for (int k = 0; k < phase.length; k++) {
      phase[k] = version.isEmpty() ? 1 : (float) Math.sqrt(phase[k]);
    }
    seen = version.isEmpty() ? 0 : seen;
    version = other;
  }

  /** The version that serves; empty before the first. */
  String version() {
    return version;
  }

  /** Factors of all leads, {@code [horizon * levels]}. */
  void factors(LeadKnots knots, float[] out) {
    knots.interpolate(factor, levels, out);
  }

  /** The outcomes of a step have pushed the factors, {@code [knots * levels]}. */
  void move(float[] pushed) {
    QuantileTracker.move(factor, pushed);
  }

  /**
   * Where the factors of a phase begin: below the median, then above.
   *
   * @param target index of a step
   */
  int phase(long target) {
    return 2 * (int) (Math.floorMod(target, (long) season) * (phase.length / 2) / season);
  }

  /** {@link #phase} of the steps 0 to {@code season - 1}, which the others repeat. */
  static int[] phasesOf(ForecasterConfig config) {
    int[] phases = new int[config.season()];
    for (int i = 0; i < phases.length; i++) {
      phases[i] = 2 * (int) ((long) i * phases(config) / phases.length);
    }
    return phases;
  }

  /** How far an outcome moves the factor of its phase: further at first. */
  float phaseRate() {
    seen = (short) Math.min(SETTLED, seen + 1);
    return PHASE_RATE * (1 + HASTE * (1 - seen / (float) SETTLED));
  }

  /** Factor of a phase on one side. */
  float ofPhase(int at) {
    return phase.length == 0 ? 1 : phase[at];
  }

  /** Moves the factor of a phase on one side. */
  void movePhase(int at, float pushed) {
    if (phase.length == 0) {
      return;
    }
    float moved = phase[at] * (1 + pushed);
    phase[at] = Math.max(QuantileTracker.MIN_FACTOR, Math.min(QuantileTracker.MAX_FACTOR, moved));
  }

  void set(Calibration other) {
    System.arraycopy(other.factor, 0, factor, 0, factor.length);
    System.arraycopy(other.phase, 0, phase, 0, phase.length);
    version = other.version;
    seen = other.seen;
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(version);
    out.writeShort(seen);
    LittleEndian.write(out, factor);
    LittleEndian.write(out, phase);
  }

  void read(DataInput in) throws IOException {
    version = in.readUTF();
    seen = in.readShort();
    LittleEndian.read(in, factor);
    LittleEndian.read(in, phase);
  }
}
