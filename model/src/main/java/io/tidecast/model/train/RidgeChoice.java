package io.tidecast.model.train;

import java.util.Locale;

/**
 * One way to fit a linear map.
 *
 * @param lookBack values that are read, the last one included
 * @param penalty of the past values, on values in units of each series' mean scale
 * @param covariates whether they are read
 * @param phases whether the phases of the seasons are read
 * @param future whether what is known of the future is read
 */
record RidgeChoice(
    int lookBack, double penalty, boolean covariates, boolean phases, boolean future) {
  RidgeChoice withCovariates(boolean read) {
    return new RidgeChoice(lookBack, penalty, read, phases, future);
  }

  RidgeChoice withPhases(boolean read) {
    return new RidgeChoice(lookBack, penalty, covariates, read, future);
  }

  RidgeChoice withFuture(boolean read) {
    return new RidgeChoice(lookBack, penalty, covariates, phases, read);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "look-back %d, penalty %.0f%s%s%s",
        lookBack,
        penalty,
        covariates ? ", covariates" : "",
        phases ? ", phases" : "",
        future ? ", future" : "");
  }
}
