package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Shares of the experts in what is given out, per knot of the leads: exponentially weighted
 * averages with priors, {@code share ~ prior exp(-sharpness s (L - L*) / L*)}, where L is an
 * expert's mean pinball loss, a later one weighing more, over the last {@value #SPAN} targets at
 * most, L* the least of them, and {@code s = n / (n + 24)} for n losses seen, so that the first few
 * decide little. Why not a plain mean: the scale of a young series is small, and its first losses
 * in that unit would outweigh all others for months.
 *
 * <p>Where there is a model its members are the rivals, and share gently: the mean of two that are
 * about as good is better than either. A naive adds nothing to them as long as it is worse, and so
 * begins with a small prior and a sharp eye: it takes over where the model does worse than it, lead
 * by lead, {@code s = n / (n + 24 lead)} as outcomes of overlapping forecasts repeat each other.
 * What the naives come to among themselves is one more expert, and shares as the members do: it
 * errs otherwise than maps that were fitted to a short history, and a mean with it is better than
 * either. Without a model the naives are rivals among themselves, and share far more gently, as
 * their errors have little in common, and as what the first weeks tell of a day ahead is a dozen
 * outcomes repeated; but not where values mostly hold: there one of them is right to the digit, and
 * a mean with another is not. Losses are compared over the same targets: when the first loss of a
 * member comes, those of the naives begin anew. So it is with a model that was not made from the
 * one before, whose losses say nothing of it; one that was goes on with them, as if they were the
 * last {@value #INHERITED}.
 *
 * <p>Source: Vovk 1990; Cesa-Bianchi and Lugosi 2006, section 2.2: with losses within B of the
 * least and a rate r the loss of the mixture exceeds that of an expert by at most {@code ln(1 /
 * prior) / r + r n B^2 / 8} over n targets. Here {@code r = sharpness / (1000 L*)} and {@code B =
 * 20 L*}, as what an expert loses more than the best counts as that at most; what all lose alike,
 * as a rare event makes them, counts in L* up to {@value #MAX_COMMON} scales. Differs: L* moves, so
 * it holds over stretches in which it hardly does; outcomes come as late as their lead, which adds
 * a term of the order of the lead (Joulani, György and Szepesvári 2013); an expert that takes no
 * part keeps its loss (Freund and others 1997).
 */
final class Mixture {
  static final int EXPERTS = PendingForecasts.MEMBERS + NaiveExperts.COUNT;

  /** What the naives come to, as they serve without a model. */
  static final int NAIVES = EXPERTS;

  static final int LOSSES = EXPERTS + 1;

  private static final int COUNTS = PendingForecasts.MEMBERS + 1;

  private static final int SPAN = 2000;
  private static final int CAUTION = 24;
  private static final int INHERITED = 4 * CAUTION;
  private static final double MAX_COMMON = 20;
  private static final double MAX_EXCESS = 20;
  private static final double SHARPNESS = 20;
  private static final double SHARPNESS_OF_NAIVES = 40;
  private static final double SHARPNESS_OF_NAIVES_ALONE = 7;
  private static final double LOG_PRIOR_OF_A_NAIVE = Math.log(0.1);
  private static final double LOG_PRIOR_OF_ALL_NAIVES = Math.log(0.5);
  // exp of it is nothing beside 1
  private static final double NEGLIGIBLE = -16;

  // [knots * LOSSES]
  private final float[] loss;
  // [knots * COUNTS]: of each member, and of the naives, which are seen together
  private final short[] count;

  Mixture(ForecasterConfig config) {
    loss = new float[LeadKnots.count(config.horizon()) * LOSSES];
    count = new short[LeadKnots.count(config.horizon()) * COUNTS];
  }

  private Mixture(Mixture other) {
    loss = other.loss.clone();
    count = other.count.clone();
  }

  /** One of its own with the same content. */
  Mixture copy() {
    return new Mixture(this);
  }

  static int bytes(ForecasterConfig config) {
    return LeadKnots.count(config.horizon()) * (LOSSES * Float.BYTES + COUNTS * Short.BYTES);
  }

  /**
   * @param losses of the experts and of {@link #NAIVES}, in units of the scale at the origin; NaN
   *     where one took no part
   */
  void observe(int knot, float[] losses) {
    int from = knot * LOSSES;
    count(knot * COUNTS, losses);
    double limit = limit(knot);
    double least = least(losses);
    double common = Math.min(MAX_COMMON, least);
    for (int k = 0; k < LOSSES; k++) {
      if (!Float.isNaN(losses[k])) {
        double counted = common + Math.min(limit, losses[k] - least);
        loss[from + k] += (float) (2 * (counted - loss[from + k]) / (seen(knot, k) + 1));
      }
    }
  }

  /** Losses seen of an expert. */
  private int seen(int knot, int expert) {
    return count[knot * COUNTS + Math.min(expert, PendingForecasts.MEMBERS)];
  }

  /**
   * Losses of other times say nothing: with the first of a member those of the naives begin anew.
   */
  private void count(int from, float[] losses) {
    boolean begins = false;
    for (int k = 0; k < PendingForecasts.MEMBERS; k++) {
      begins |= count[from + k] == 0 && !Float.isNaN(losses[k]);
    }
    for (int k = 0; k < COUNTS; k++) {
      // the last value is a naive everywhere
      int seen = begins ? 0 : count[from + k];
      count[from + k] = (short) (Float.isNaN(losses[k]) ? seen : Math.min(SPAN, seen + 1));
    }
  }

  /**
   * Another model begins to serve.
   *
   * @param isMadeFromTheLast whether what is known of the one before says something of it
   */
  void succeed(boolean isMadeFromTheLast) {
    for (int k = 0; k < count.length; k++) {
      if (isMadeFromTheLast) {
        count[k] = (short) Math.min(INHERITED, count[k]);
      } else if (k % COUNTS < PendingForecasts.MEMBERS) {
        count[k] = 0;
      }
    }
  }

  private static double least(float[] losses) {
    double least = Double.POSITIVE_INFINITY;
    for (float loss : losses) {
      least = loss < least ? loss : least;
    }
    return least;
  }

  private double limit(int knot) {
    double least = Double.POSITIVE_INFINITY;
    for (int k = 0; k < EXPERTS; k++) {
      float lost = loss[knot * LOSSES + k];
      if (seen(knot, k) > CAUTION && lost > 0) {
        least = Math.min(least, lost);
      }
    }
    return MAX_EXCESS * least;
  }

  /**
   * @param taking which experts take part; one at least
   * @param holds whether values mostly are those before them
   * @param out {@code [knots * EXPERTS]}; those of a knot add up to 1
   */
  void shares(boolean[] taking, boolean holds, LeadKnots leads, float[] out) {
    boolean hasModel = taking[0] || taking[1];
    for (int knot = 0; knot < loss.length / LOSSES; knot++) {
      if (hasModel) {
        withModel(taking, holds, knot, leads.lead(knot), out);
      } else {
        ofNaives(taking, holds, knot, out, knot * EXPERTS);
      }
    }
  }

  /**
   * Shares at a knot as they are without a model, to {@code out} from {@code to} on.
   *
   * @param taking which naives take part; one at least
   */
  void ofNaives(boolean[] taking, boolean holds, int knot, float[] out, int to) {
    double sharpness = holds ? SHARPNESS_OF_NAIVES : SHARPNESS_OF_NAIVES_ALONE;
    double best = best(knot, PendingForecasts.MEMBERS, EXPERTS, taking);
    float sum = 0;
    for (int k = 0; k < EXPERTS; k++) {
      boolean takes = taking[k] && k >= PendingForecasts.MEMBERS;
      int at = knot * LOSSES + k;
      out[to + k] = takes ? weight(gain(at, seen(knot, k), CAUTION, sharpness, best, best)) : 0;
      sum += out[to + k];
    }
    for (int k = PendingForecasts.MEMBERS; k < EXPERTS; k++) {
      out[to + k] /= sum;
    }
  }

  private void withModel(boolean[] taking, boolean holds, int knot, int lead, float[] out) {
    int to = knot * EXPERTS;
    double ofMembers = best(knot, 0, PendingForecasts.MEMBERS, taking);
    double best = best(knot, 0, EXPERTS, taking);
    double ofAll =
        areSeveral(taking)
            ? exponent(knot, NAIVES, lead, ofMembers, best)
            : Double.NEGATIVE_INFINITY;
    double most = ofAll;
    for (int k = 0; k < EXPERTS; k++) {
      most = taking[k] ? Math.max(most, exponent(knot, k, lead, ofMembers, best)) : most;
    }
    float all = weight(ofAll - most);
    if (all > 0) {
      ofNaives(taking, holds, knot, out, to);
    }
    float sum = all;
    for (int k = 0; k < EXPERTS; k++) {
      float own = taking[k] ? weight(exponent(knot, k, lead, ofMembers, best) - most) : 0;
      out[to + k] = all > 0 ? own + all * out[to + k] : own;
      sum += own;
    }
    for (int k = 0; k < EXPERTS; k++) {
      out[to + k] /= sum;
    }
  }

  /** One alone, as for prices, is no other expert than it is already. */
  private static boolean areSeveral(boolean[] taking) {
    int naives = 0;
    for (int k = PendingForecasts.MEMBERS; k < EXPERTS; k++) {
      naives += taking[k] ? 1 : 0;
    }
    return naives > 1;
  }

  /** Of the best one it is 1, and most of the others weigh nothing. */
  private static float weight(double exponent) {
    return exponent == 0 ? 1 : exponent < NEGLIGIBLE ? 0 : (float) Math.exp(exponent);
  }

  private double best(int knot, int first, int end, boolean[] taking) {
    double best = Double.POSITIVE_INFINITY;
    for (int k = first; k < end; k++) {
      if (taking[k] && seen(knot, k) > 0) {
        best = Math.min(best, loss[knot * LOSSES + k]);
      }
    }
    return best;
  }

  /** Logarithm of the weight of an expert beside a model. */
  private double exponent(int knot, int expert, int lead, double ofMembers, double best) {
    int at = knot * LOSSES + expert;
    int seen = seen(knot, expert);
    if (expert < PendingForecasts.MEMBERS) {
      return gain(at, seen, CAUTION, SHARPNESS, ofMembers, best);
    }
    // a naive may be known for long: the model has to be, too
    int both = Math.min(seen, Math.max(seen(knot, 0), seen(knot, 1)));
    return expert == NAIVES
        ? LOG_PRIOR_OF_ALL_NAIVES + gain(at, both, CAUTION * lead, SHARPNESS, ofMembers, best)
        : LOG_PRIOR_OF_A_NAIVE
            + gain(at, both, CAUTION * lead, SHARPNESS_OF_NAIVES, ofMembers, best);
  }

  private double gain(int at, int seen, int caution, double sharpness, double over, double best) {
    if (seen == 0 || !(best > 0 && over < Double.POSITIVE_INFINITY)) {
      return 0;
    }
    return sharpness * seen / (seen + (double) caution) * (over - loss[at]) / best;
  }

  void write(DataOutput out) throws IOException {
    LittleEndian.write(out, loss);
    for (short seen : count) {
      out.writeShort(seen);
    }
  }

  void read(DataInput in) throws IOException {
    LittleEndian.read(in, loss);
    for (int k = 0; k < count.length; k++) {
      count[k] = in.readShort();
    }
  }

  /** As before the naives together were an expert: they begin as the best of them. */
  void readFormat8(DataInput in) throws IOException {
    int knots = count.length / COUNTS;
    float[] losses = new float[knots * EXPERTS];
    LittleEndian.read(in, losses);
    for (int knot = 0; knot < knots; knot++) {
      int to = knot * LOSSES;
      System.arraycopy(losses, knot * EXPERTS, loss, to, EXPERTS);
      float best = loss[to + PendingForecasts.MEMBERS];
      for (int k = 0; k < EXPERTS; k++) {
        short seen = in.readShort();
        if (k < COUNTS) {
          count[knot * COUNTS + k] = seen;
        }
        if (k >= COUNTS && seen > 0) {
          best = Math.min(best, loss[to + k]);
        }
      }
      loss[to + NAIVES] = best;
    }
  }
}
