package io.tidecast.model.eval;

/**
 * What errors are told in: a sum over the targets that count, divided by what it stands beside. Of
 * the median unless said otherwise.
 *
 * <p>Measures without a unit divide each error by what {@link SeriesScale} says of its series, so
 * that series weigh alike; or by the size of the targets, which must not lie about 0.
 */
public enum Measure {
  /** Mean squared error, in the squared unit of the target. */
  MSE("mse", "MSE"),

  /** Mean absolute error, in the unit of the target. */
  MAE("mae", "MAE"),

  /** See {@link Smape}, in percent. */
  SMAPE("smape", "sMAPE"),

  /** Absolute errors over the sum of the targets' sizes; normalized deviation, ND, elsewhere. */
  WAPE("wape", "WAPE"),

  /**
   * Mean absolute scaled error (Hyndman and Koehler 2006), over that of the seasonal naive in the
   * training part.
   */
  MASE("mase", "MASE"),

  /**
   * Root mean squared scaled error of the M5 competition (Makridakis, Spiliotis and Assimakopoulos
   * 2022), over that of the seasonal naive in the training part. The root is taken of the mean over
   * all series.
   */
  RMSSE("rmsse", "RMSSE"),

  /** See {@link Crps}, in the unit of the target. */
  CRPS("crps", "CRPS"),

  /**
   * Weighted quantile loss (Salinas and others 2020): twice the pinball loss, a plain mean over the
   * levels, over the sum of the targets' sizes.
   */
  WQL("wql", "wQL"),

  /**
   * Mean scaled interval score of the M4 competition (Makridakis, Spiliotis and Assimakopoulos
   * 2020; Gneiting and Raftery 2007) of the widest interval, which fails with probability a: {@code
   * width + 2 / a * how far the target is outside}, over the denominator of MASE.
   */
  MSIS("msis", "MSIS"),

  /** On values divided by the standard deviation of the series' training part. */
  SCALED_MSE("scaledMse", "scaled MSE"),

  /** The same. */
  SCALED_MAE("scaledMae", "scaled MAE"),

  /** The same. */
  SCALED_CRPS("scaledCrps", "scaled CRPS");

  private final String key;
  private final String label;

  Measure(String key, String label) {
    this.key = key;
    this.label = label;
  }

  /** Its name in stored results. */
  public String key() {
    return key;
  }

  /** Its name for people. */
  public String label() {
    return label;
  }

  /** Undefined, NaN, where there is nothing to divide by. */
  double of(double sum, double beside) {
    double quotient = beside > 0 ? sum / beside : Double.NaN;
    return this == RMSSE ? Math.sqrt(quotient) : quotient;
  }
}
