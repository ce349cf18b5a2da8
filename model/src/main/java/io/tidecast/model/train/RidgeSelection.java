package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.PhaseProducts;
import io.tidecast.model.input.Phases;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What of a history a linear map reads, and how hard it is held: the validation part chooses
 * look-back, penalty, covariates, phases and products with them by the mean error to the power 1.5,
 * between that of the median and that of the mean. What is close to the best is averaged with it,
 * each lead by weights that fall with its error: a mean of linear maps is a linear map, and one
 * choice alone would be the noise of one part.
 */
final class RidgeSelection {
  private static final int MAX_JUDGED = 4000;
  private static final int MAX_JUDGED_LEADS = 24;
  private static final double[] PENALTIES = {3, 30, 300, 3000};
  private static final int[] LOOK_BACKS = {RidgeFit.SHORTEST, 168, 336, 720, 1440};
  // an error of so much above the best counts e times less
  private static final double TOLERANCE = 0.006;
  private static final double LEAST_SHARE = 0.05;
  private static final int LEAST_TARGETS = 12;

  private final ForecasterConfig config;
  private final double penalty;
  private final int horizon;
  private final int[] leads;

  /**
   * @param penalty where there is nothing to choose by
   */
  RidgeSelection(ForecasterConfig config, double penalty) {
    this.config = config;
    this.penalty = penalty;
    horizon = config.horizon();
    leads = leads(horizon);
  }

  /** What the validation part chooses; empty if there is too little to fit anything to. */
  Optional<RidgeBlend> choose(TrainingSet set) {
    return config.transform().isRandomWalk() ? Optional.of(ofWalk(set)) : maps(set);
  }

  /** A random walk stays at its last value, unless it turns out to be none. */
  private RidgeBlend ofWalk(TrainingSet set) {
    WalkFit walk = new WalkFit(config);
    boolean spread = walk.choosesSpread(set);
    RidgeChoice last = new RidgeChoice(1, penalty, false, false, false).withSpread(spread);
    RidgeFit fit = new RidgeFit(config, penalty);
    return maps(set)
        .filter(read -> walk.isBeatenBy(fit.fit(set, read), walk.fit(set, spread), set))
        .orElse(RidgeBlend.of(last, horizon));
  }

  private Optional<RidgeBlend> maps(TrainingSet set) {
    List<Integer> lookBacks = lookBacks(set);
    if (lookBacks.isEmpty()) {
      return Optional.empty();
    }
    int longest = lookBacks.get(lookBacks.size() - 1);
    RidgeRows training = RidgeRows.ofTraining(config, set, longest);
    RidgeRows validation = RidgeRows.ofValidation(config, set, longest);
    boolean covariates = !config.covariates().isEmpty();
    RidgeChoice plain = new RidgeChoice(longest, penalty, covariates, false, readsFuture());
    if (validation.size() == 0) {
      return Optional.of(RidgeBlend.of(plain, horizon));
    }
    try (OffHeap memory = new OffHeap()) {
      NormalEquations normal = new NormalEquations(memory, training, leads);
      normal.fillIn(plain);
      return Optional.of(judge(normal, validation, lookBacks, covariates));
    }
  }

  private RidgeBlend judge(
      NormalEquations normal, RidgeRows validation, List<Integer> lookBacks, boolean covariates) {
    Map<RidgeChoice, double[]> errors = new LinkedHashMap<>();
    Judge judge = new Judge(validation, leads);
    for (int lookBack : lookBacks) {
      for (double tried : PENALTIES) {
        RidgeChoice choice = new RidgeChoice(lookBack, tried, covariates, false, readsFuture());
        errors.put(choice, judge.errors(choice, normal.solve(choice)));
      }
    }
    if (covariates) {
      int lookBack = best(errors).lookBack();
      for (double tried : PENALTIES) {
        RidgeChoice choice =
            new RidgeChoice(lookBack, tried, true, false, readsFuture())
                .withCovariates(RidgeChoice.Covariates.LEVELS_AND_CHANGES);
        errors.put(choice, judge.errors(choice, normal.solve(choice)));
      }
    }
    RidgeChoice best = best(errors);
    List<RidgeChoice> more = new ArrayList<>();
    if (new Phases(config).size() > 0) {
      more.add(best.withPhases(true));
    }
    more.addAll(withProducts(best));
    if (covariates) {
      more.add(best.withCovariates(RidgeChoice.Covariates.NONE));
    }
    if (readsFuture()) {
      more.add(best.withFuture(false));
    }
    for (RidgeChoice choice : more) {
      errors.put(choice, judge.errors(choice, normal.solve(choice)));
    }
    return blend(errors);
  }

  /** With products, where a season fits into what is read. */
  private List<RidgeChoice> withProducts(RidgeChoice best) {
    List<RidgeChoice> choices = new ArrayList<>();
    if (new PhaseProducts(config).fits(best.lookBack())) {
      boolean isLong = config.longSeason() > config.season();
      for (boolean phases : new boolean[] {false, true}) {
        choices.add(best.withPhases(phases).withProducts(RidgeChoice.Products.OF_SEASON));
        if (isLong) {
          choices.add(best.withPhases(phases).withProducts(RidgeChoice.Products.ALL));
        }
      }
    }
    return choices;
  }

  private boolean readsFuture() {
    return KnownFuture.size(config) > 0;
  }

  private static RidgeChoice best(Map<RidgeChoice, double[]> errors) {
    RidgeChoice best = null;
    for (RidgeChoice choice : errors.keySet()) {
      if (best == null || sum(errors.get(choice)) < sum(errors.get(best))) {
        best = choice;
      }
    }
    return best;
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  /**
   * Per judged lead, smoothed over its neighbours; leads between two have the shares of the next.
   */
  private RidgeBlend blend(Map<RidgeChoice, double[]> errors) {
    Map<RidgeChoice, double[]> shares = new LinkedHashMap<>();
    errors.keySet().forEach(choice -> shares.put(choice, new double[horizon]));
    int judged = 0;
    for (int h = 0; h < horizon; h++) {
      while (leads[judged] < h + 1) {
        judged++;
      }
      share(errors, shares, judged, h);
    }
    shares.values().removeIf(share -> Arrays.stream(share).max().orElse(0) == 0);
    return new RidgeBlend(shares);
  }

  private static void share(
      Map<RidgeChoice, double[]> errors, Map<RidgeChoice, double[]> shares, int judged, int h) {
    Map<RidgeChoice, Double> around = new LinkedHashMap<>();
    errors.forEach((choice, error) -> around.put(choice, around(error, judged)));
    double least = around.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double total = 0;
    for (Map.Entry<RidgeChoice, Double> one : around.entrySet()) {
      double above = least > 0 ? (one.getValue() - least) / least : 0;
      double share = Math.exp(-above / TOLERANCE);
      share = share < LEAST_SHARE ? 0 : share;
      shares.get(one.getKey())[h] = share;
      total += share;
    }
    for (double[] share : shares.values()) {
      share[h] /= total;
    }
  }

  private static double around(double[] errors, int i) {
    double sum = 0;
    int from = Math.max(0, i - 2);
    int to = Math.min(errors.length, i + 3);
    for (int k = from; k < to; k++) {
      sum += errors[k];
    }
    return sum / (to - from);
  }

  /** Up to so many, closer together where leads are short. */
  private static int[] leads(int horizon) {
    TreeSet<Integer> leads = new TreeSet<>();
    int most = Math.min(horizon, MAX_JUDGED_LEADS);
    for (int i = 0; i < most; i++) {
      leads.add((int) Math.round(Math.pow(horizon, i / Math.max(1.0, most - 1))));
    }
    leads.add(horizon);
    return leads.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Those the series keep enough values for and that there are enough origins for, ascending. */
  private List<Integer> lookBacks(TrainingSet set) {
    TreeSet<Integer> candidates = new TreeSet<>();
    for (int lookBack : LOOK_BACKS) {
      candidates.add(Math.min(lookBack, config.history()));
    }
    candidates.add(config.history());
    List<Integer> possible = new ArrayList<>();
    for (int lookBack : candidates) {
      RidgeRows rows = RidgeRows.ofTraining(config, set, lookBack);
      int least = Math.max(LEAST_TARGETS, lookBack / 4);
      if (rows.size() >= lookBack && rows.targetsPerLead() >= least) {
        possible.add(lookBack);
      }
    }
    if (possible.isEmpty()
        && RidgeRows.ofTraining(config, set, 2).targetsPerLead() >= LEAST_TARGETS) {
      possible.add(Math.min(8, config.history()));
    }
    return possible;
  }

  /** Errors of a map on origins it was not fitted to. */
  private static final class Judge {
    private final RidgeRows rows;
    private final int[] leads;
    private final int stride;

    Judge(RidgeRows rows, int[] leads) {
      this.rows = rows;
      this.leads = leads;
      stride = rows.size() / MAX_JUDGED + 1;
    }

    /** Mean per lead of the error in mean scales, to the power 1.5. */
    double[] errors(RidgeChoice choice, double[][] solution) {
      RidgeRows.requireNotInterrupted();
      int[] read = rows.shared(choice);
      double[] all = new double[rows.predictors()];
      double[] future = new double[leads.length * rows.known()];
      double[] values = new double[read.length];
      double[] forecast = new double[leads.length];
      double[] sums = new double[leads.length];
      int[] counts = new int[leads.length];
      for (int i = 0; i < rows.size(); i += stride) {
        rows.read(i, all, 0);
        rows.future(i, leads, future, 0);
        Arrays.setAll(values, k -> all[read[k]]);
        RidgeRows.forecast(values, future, solution, forecast);
        for (int h = 0; h < leads.length; h++) {
          if (rows.hasTarget(i, leads[h])) {
            double error = Math.abs(rows.target(i, leads[h]) - forecast[h]);
            sums[h] += error * Math.sqrt(error);
            counts[h]++;
          }
        }
      }
      Arrays.setAll(sums, h -> sums[h] / Math.max(1, counts[h]));
      return sums;
    }
  }
}
