package io.tidecast.model.train;

import java.util.Locale;

/**
 * One way to fit a linear map.
 *
 * @param lookBack values that are read, the last one included
 * @param penalty of the past values, on values in units of each series' mean scale
 * @param covariates whether they are read
 * @param phases whether the phases of the seasons are read
 * @param products which products with phases are read
 * @param future whether what is known of the future is read
 * @param spread whether the parts of a random walk's spread are read
 */
record RidgeChoice(
    int lookBack,
    double penalty,
    boolean covariates,
    boolean phases,
    Products products,
    boolean future,
    boolean spread) {

  /** By whose phases values are multiplied. */
  enum Products {
    NONE,
    OF_SEASON,
    ALL
  }

  /** One that reads no products. */
  RidgeChoice(int lookBack, double penalty, boolean covariates, boolean phases, boolean future) {
    this(lookBack, penalty, covariates, phases, Products.NONE, future, false);
  }

  RidgeChoice withCovariates(boolean read) {
    return new RidgeChoice(lookBack, penalty, read, phases, products, future, spread);
  }

  RidgeChoice withPhases(boolean read) {
    return new RidgeChoice(lookBack, penalty, covariates, read, products, future, spread);
  }

  RidgeChoice withProducts(Products read) {
    return new RidgeChoice(lookBack, penalty, covariates, phases, read, future, spread);
  }

  RidgeChoice withFuture(boolean read) {
    return new RidgeChoice(lookBack, penalty, covariates, phases, products, read, spread);
  }

  RidgeChoice withSpread(boolean read) {
    return new RidgeChoice(lookBack, penalty, covariates, phases, products, future, read);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "look-back %d, penalty %.0f%s%s%s%s%s",
        lookBack,
        penalty,
        covariates ? ", covariates" : "",
        phases ? ", phases" : "",
        products == Products.NONE ? "" : ", products " + products,
        future ? ", future" : "",
        spread ? ", spread" : "");
  }
}
