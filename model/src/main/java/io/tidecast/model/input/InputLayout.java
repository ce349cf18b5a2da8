package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import java.util.TreeSet;

/**
 * Which input of the recurrent member is what, see {@link StepInputs}: those of the target, one
 * that tells whether it is missing, three per covariate, those of the calendar.
 */
public final class InputLayout {
  static final int OF_COVARIATE = 3;

  private final int[] lags;
  private final int own;
  private final int covariates;
  private final int calendar;
  private final boolean walk;
  private final boolean[] isAhead;

  private InputLayout(ForecasterConfig config) {
    walk = config.transform().isRandomWalk();
    lags = lags(config);
    own = (walk ? 3 : 2 + lags.length) + RunningInputs.averages();
    covariates = OF_COVARIATE * config.covariates().size();
    calendar = config.calendar().size(config.horizon());
    isAhead = new boolean[config.covariates().size()];
    for (int i = 0; i < isAhead.length; i++) {
      isAhead[i] = config.knownFuture().contains(config.covariates().get(i));
    }
  }

  public static InputLayout of(ForecasterConfig config) {
    return new InputLayout(config);
  }

  /** Ascending, distinct, at least 1; empty without a season. */
  private static int[] lags(ForecasterConfig config) {
    TreeSet<Integer> lags = new TreeSet<>();
    int season = config.season();
    if (season > 1) {
      lags.add(season / 2);
      lags.add(season - season / 4);
      lags.add(season - 2);
      lags.add(season - 1);
      lags.add(season);
    }
    if (config.longSeason() > 1) {
      lags.add(config.longSeason() - 1);
    }
    lags.remove(0);
    return lags.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Number of inputs. */
  public int size() {
    return own + 1 + covariates + calendar;
  }

  /**
   * Which inputs change their sign when target and covariates are negated together; the others stay
   * as they are. {@code [size]}
   */
  public boolean[] odd() {
    boolean[] odd = new boolean[size()];
    for (int i = 0; i < own; i++) {
      odd[i] = !(walk && (i == 1 || i == 2));
    }
    for (int i = own + 1; i < own + 1 + covariates; i += OF_COVARIATE) {
      odd[i] = true;
      odd[i + 1] = true;
    }
    return odd;
  }

  /**
   * Which inputs tell where the target or a covariate lies, and not how it moves. Not those of
   * covariates that are known beforehand, which mean something beside what these will be; a random
   * walk's target has none. {@code [size]}
   */
  public boolean[] levels() {
    boolean[] levels = new boolean[size()];
    levels[0] = !walk;
    for (int i = 0; i < covariates(); i++) {
      levels[covariateLevel(i)] = !isAhead[i];
    }
    return levels;
  }

  /** Which input is the level of a covariate. */
  public int covariateLevel(int covariate) {
    return own + 1 + OF_COVARIATE * covariate;
  }

  /** Which input is what linear maps read: the levels of all covariates, then their changes. */
  public int readByMaps(int column) {
    return column < covariates()
        ? covariateLevel(column)
        : covariateLevel(column - covariates()) + 1;
  }

  private int covariates() {
    return covariates / OF_COVARIATE;
  }

  /** Distances in steps of the lagged values among the inputs of a level. */
  int[] lags() {
    return lags;
  }
}
