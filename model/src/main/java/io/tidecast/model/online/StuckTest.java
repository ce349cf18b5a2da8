package io.tidecast.model.online;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Tells a source that is stuck from a series that has a habit of repeating values, such as nights
 * of zeros, dry weeks and closed weekends: so many equal values in a row as would come once in a
 * million by chance, and twice as many as the series has had before.
 *
 * <p>The share of values that repeat is a running one, of about the last {@value #SPAN}; the
 * longest run before fades at half that pace. Neither learns from a source that is stuck.
 */
public final class StuckTest {
  private static final int SPAN = 720;
  private static final int LEAST = 96;
  private static final int SHORTEST_RUN = 6;
  private static final double CHANCE = 1e-6;
  private static final double RAREST_REPEAT = 1.0 / 24;
  private static final double TOO_COMMON = 0.95;
  // far beyond what any test asks for; no overflow
  private static final int LONGEST_RUN = 1_000_000_000;
  private static final float FADE = 1 - 0.5f / SPAN;

  static final int BYTES = 3 * Float.BYTES + 2 * Integer.BYTES;

  private float value = Float.NaN;
  private int run;
  private int seen;
  private float repeats;
  private float longest;

  StuckTest() {}

  /**
   * Shortest run of equal values that is too long to be true.
   *
   * @param repeats share of the values that are those before them
   */
  public static int rareRun(double repeats) {
    double habit = Math.max(repeats, RAREST_REPEAT);
    return habit > TOO_COMMON
        ? Integer.MAX_VALUE
        : Math.max(SHORTEST_RUN, 1 + (int) Math.ceil(Math.log(CHANCE) / Math.log(habit)));
  }

  /** Takes an observed value, and says whether the source is stuck at it. */
  boolean observe(float observed) {
    boolean isRepeated = observed == value;
    if (!isRepeated && !isStuck()) {
      longest = Math.max(longest, run);
    }
    run = isRepeated ? Math.min(LONGEST_RUN, run + 1) : 1;
    value = observed;
    if (isStuck()) {
      return true;
    }
    seen = Math.min(SPAN, seen + 1);
    repeats += ((isRepeated ? 1 : 0) - repeats) / seen;
    longest *= FADE;
    return false;
  }

  private boolean isStuck() {
    // as a rule it is seen by the shortest run alone
    return run >= SHORTEST_RUN && seen >= LEAST && run > 2 * longest && run >= rareRun(repeats);
  }

  /** As if the values had been higher by {@code by}. */
  void shift(double by) {
    value = (float) (value + by);
  }

  /** Share of the values of late that are those before them, while the source was not stuck. */
  float repeats() {
    return repeats;
  }

  /** Equal values in a row. */
  int run() {
    return run;
  }

  void set(StuckTest other) {
    value = other.value;
    run = other.run;
    seen = other.seen;
    repeats = other.repeats;
    longest = other.longest;
  }

  void write(DataOutput out) throws IOException {
    out.writeFloat(value);
    out.writeInt(run);
    out.writeInt(seen);
    out.writeFloat(repeats);
    out.writeFloat(longest);
  }

  void read(DataInput in) throws IOException {
    value = in.readFloat();
    run = in.readInt();
    seen = in.readInt();
    repeats = in.readFloat();
    longest = in.readFloat();
  }
}
