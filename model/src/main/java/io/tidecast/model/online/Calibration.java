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
 * than midnight, intervals are right at both. What moves the factor of a phase moves it against
 * those of the others as well, and further: a restless week is one of all phases, and says nothing
 * of how they differ.
 *
 * <p>All of that is slow. What is restless now is restless for a while: how far forecasts of one
 * step have erred of late, against how far they do, widens or narrows all intervals by the power
 * {@value #ELASTICITY} of it, at once; those of a random walk not, whose scale is that of its
 * latest changes. Roots of errors are averaged, so that one alone says little. Source: the idea of
 * ARCH (Engle 1982), shrunk as a short average is noise in part.
 */
final class Calibration {
  private static final int PHASES = 8;
  private static final float PHASE_RATE = 0.002f;
  // how far a phase moves against the others, in what it moves by; outcomes that follow each other
  // closely repeat each other, so it is less beyond so many in a season
  private static final float CONTRAST = 2.5f;
  private static final float APART = 24;
  private static final float HASTE = 2;
  private static final int SETTLED = 3000;
  private static final double ELASTICITY = 0.5;
  private static final int LATELY = 24;
  private static final int EVER = 1000;
  private static final int LEAST_ERRORS = 100;
  private static final float MAX_ERROR = 20;
  private static final double MAX_RATIO = 4;

  private final int levels;
  private final int season;
  private final float[] factor;
  // [phases * 2]: below and above the median
  private final float[] phase;
  private String version = "";
  private short seen;
  // means of the roots of the errors of lead 1, in running scales
  private float lately;
  private float ever;
  private short errors;

  Calibration(ForecasterConfig config) {
    levels = config.levels().size();
    season = config.season();
    factor = new float[LeadKnots.count(config.horizon()) * levels];
    phase = new float[2 * phases(config)];
    Arrays.fill(factor, 1);
    Arrays.fill(phase, 1);
  }

  private Calibration(Calibration other) {
    levels = other.levels;
    season = other.season;
    factor = other.factor.clone();
    phase = other.phase.clone();
    version = other.version;
    seen = other.seen;
    lately = other.lately;
    ever = other.ever;
    errors = other.errors;
  }

  /** One of its own with the same content. */
  Calibration copy() {
    return new Calibration(this);
  }

  private static int phases(ForecasterConfig config) {
    return config.season() >= PHASES ? PHASES : 0;
  }

  /** Without the name of the version. */
  static int bytes(ForecasterConfig config) {
    int factors = LeadKnots.count(config.horizon()) * config.levels().size();
    return 2 * Short.BYTES + Float.BYTES * (2 + factors + 2 * phases(config));
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
    errors = version.isEmpty() ? 0 : errors;
    version = other;
  }

  /** The version that serves; empty before the first. */
  String version() {
    return version;
  }

  /**
   * Takes an error of lead 1; of what holds its value, and is forecast to the digit, it says
   * nothing.
   *
   * @param size of it in running scales at its origin, not negative
   */
  void err(float size) {
    if (size == 0) {
      return;
    }
    errors = (short) Math.min(EVER, errors + 1);
    float root = (float) Math.sqrt(Math.min(MAX_ERROR, size));
    lately += Math.max(1f / LATELY, 1f / errors) * (root - lately);
    ever += (root - ever) / errors;
  }

  /** The source is stuck: what it did of late was not its own. */
  void calm() {
    lately = ever;
  }

  /** How much wider than usual intervals are for now. */
  float restlessness() {
    if (errors < LEAST_ERRORS || !(ever > 0)) {
      return 1;
    }
    double ratio = lately * lately / (ever * ever);
    return (float) Math.pow(Math.max(1 / MAX_RATIO, Math.min(MAX_RATIO, ratio)), ELASTICITY);
  }

  /** Factors of all leads, {@code [horizon * levels]}. */
  void factors(LeadKnots.Interpolation ofLevels, float[] out) {
    ofLevels.apply(factor, out);
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

  /**
   * Moves the factor of a phase on one side, and those of the others the other way.
   *
   * @param isOnLimit whether the outcome is, which says nothing of how phases differ
   */
  void movePhase(int at, float pushed, boolean isOnLimit) {
    float apart = isOnLimit ? 0 : CONTRAST * Math.min(1, APART / season) * pushed;
    for (int k = at & 1; k < phase.length; k += 2) {
      float moved = phase[k] * (1 - apart / PHASES + (k == at ? pushed + apart : 0));
      phase[k] = Math.max(QuantileTracker.MIN_FACTOR, Math.min(QuantileTracker.MAX_FACTOR, moved));
    }
  }

  void write(DataOutput out) throws IOException {
    out.writeUTF(version);
    out.writeShort(seen);
    LittleEndian.write(out, factor);
    LittleEndian.write(out, phase);
    out.writeFloat(lately);
    out.writeFloat(ever);
    out.writeShort(errors);
  }

  void read(DataInput in) throws IOException {
    readFormat5(in);
    lately = in.readFloat();
    ever = in.readFloat();
    errors = in.readShort();
  }

  /** As format 5 and earlier ones had it: nothing of errors of late. */
  void readFormat5(DataInput in) throws IOException {
    version = in.readUTF();
    seen = in.readShort();
    LittleEndian.read(in, factor);
    LittleEndian.read(in, phase);
  }
}
