package io.tidecast.model.online;

import java.io.Serializable;
import java.util.Arrays;

/**
 * Whether a serving model has come to do worse than it used to: a sequential test on its losses by
 * block, each held against those before it, once as they are and once in relation to the seasonal
 * naive's. The one rises when the series have changed, the other when it was the model's fault
 * alone; their evidence is averaged.
 *
 * <p>Conformal p-values (Vovk, Nouretdinov and Gammerman 2003), {@code p = (1 + blocks before that
 * are no smaller) / (1 + blocks before)}, bet on by {@code e = 0.3 p^(-0.7)} (the power
 * martingale), accumulated as the CUSUM e-detector of Shin, Ramdas and Rinaldo (2024, section 3):
 * {@code evidence = max(1, evidence) * e}. While blocks are exchangeable, the mean number of blocks
 * until the evidence reaches {@value #ALARM} is at least {@value #ALARM}. Differs: the oldest
 * blocks are forgotten beyond {@value #MAX_BLOCKS}, and equal losses count as no smaller.
 *
 * <p>Immutable.
 */
public final class DriftTest implements Serializable {
  private static final long serialVersionUID = 1;

  /** Evidence at which it says that the model has drifted. */
  public static final int ALARM = 200;

  /** Blocks to compare with that there must be before anything is tested. */
  static final int LEAST_BLOCKS = 10;

  static final int MAX_BLOCKS = 400;

  private static final double POWER = 0.3;

  /** Nothing is known of the model's losses. */
  public static final DriftTest NONE = new DriftTest(new float[0], new float[0], 1, 1, 0);

  private final float[] own;
  private final float[] relative;
  private final double ownEvidence;
  private final double relativeEvidence;
  private final long end;

  /** As it was stored. */
  public DriftTest(
      float[] own, float[] relative, double ownEvidence, double relativeEvidence, long end) {
    this.own = own;
    this.relative = relative;
    this.ownEvidence = ownEvidence;
    this.relativeEvidence = relativeEvidence;
    this.end = end;
  }

  /** With what later blocks are held against: those on which the model was judged. */
  public static DriftTest since(BlockLosses judged) {
    DriftTest test = NONE;
    for (int i = 0; i < judged.model().length; i++) {
      if (isScored(judged, i)) {
        test = test.with(own(judged, i), relative(judged, i), 1, 1, judged.end());
      }
    }
    return new DriftTest(test.own, test.relative, 1, 1, judged.end());
  }

  /** After more blocks, in their order. */
  public DriftTest after(BlockLosses blocks) {
    DriftTest test = this;
    for (int i = 0; i < blocks.model().length; i++) {
      long endOfBlock = blocks.first() + (i + 1L) * blocks.length();
      if (isScored(blocks, i)) {
        float own = own(blocks, i);
        float relative = relative(blocks, i);
        test =
            test.with(
                own,
                relative,
                bet(test.ownEvidence, test.own, own),
                bet(test.relativeEvidence, test.relative, relative),
                endOfBlock);
      }
    }
    return test;
  }

  private static boolean isScored(BlockLosses blocks, int i) {
    return blocks.model()[i] > 0 && blocks.naive()[i] > 0;
  }

  private static float own(BlockLosses blocks, int i) {
    return (float) blocks.model()[i];
  }

  private static float relative(BlockLosses blocks, int i) {
    return (float) (blocks.model()[i] / blocks.naive()[i]);
  }

  private static double bet(double evidence, float[] before, float loss) {
    if (before.length < LEAST_BLOCKS) {
      return 1;
    }
    int noSmaller = 0;
    for (float other : before) {
      noSmaller += other >= loss ? 1 : 0;
    }
    double p = (1.0 + noSmaller) / (1 + before.length);
    return Math.max(1, evidence) * POWER * Math.pow(p, POWER - 1);
  }

  private DriftTest with(float own, float relative, double a, double b, long end) {
    return new DriftTest(appended(this.own, own), appended(this.relative, relative), a, b, end);
  }

  private static float[] appended(float[] values, float value) {
    int from = Math.max(0, values.length + 1 - MAX_BLOCKS);
    float[] result = Arrays.copyOfRange(values, from, values.length + 1);
    result[result.length - 1] = value;
    return result;
  }

  /** Evidence that the model has drifted; 1 speaks neither for it nor against it. */
  public double evidence() {
    return (ownEvidence + relativeEvidence) / 2;
  }

  public boolean hasDrifted() {
    return evidence() >= ALARM;
  }

  /**
   * For how many blocks it has been so: since the evidence last spoke for nothing, which is the
   * CUSUM's estimate of when the change came.
   */
  public int blocksSinceChange() {
    return Math.max(sinceChange(own), sinceChange(relative));
  }

  /** The same in steps, for forecasts of that horizon. */
  public long stepsSinceChange(int horizon) {
    return (long) blocksSinceChange() * Math.min(horizon, BlockLosses.LONGEST);
  }

  private static int sinceChange(float[] losses) {
    double evidence = 1;
    int since = 0;
    for (int i = LEAST_BLOCKS; i < losses.length; i++) {
      evidence = bet(evidence, Arrays.copyOf(losses, i), losses[i]);
      since = evidence > 1 ? since + 1 : 0;
    }
    return evidence < ALARM ? 0 : since;
  }

  /** First step whose loss it has not seen. */
  public long end() {
    return end;
  }

  /** Losses of the blocks so far, oldest first. */
  public float[] own() {
    return own.clone();
  }

  /** The same in relation to the seasonal naive's. */
  public float[] relative() {
    return relative.clone();
  }

  public double ownEvidence() {
    return ownEvidence;
  }

  public double relativeEvidence() {
    return relativeEvidence;
  }
}
