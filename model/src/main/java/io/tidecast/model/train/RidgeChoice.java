package io.tidecast.model.train;

import java.util.Locale;

/**
 * One way to fit a linear map.
 *
 * @param lookBack values that are read, the last one included
 * @param penalty of the past values, on values in units of each series' mean scale
 * @param covariates what of them is read
 * @param phases whether the phases of the seasons are read
 * @param products which products with phases are read
 * @param future whether what is known of the future is read
 * @param spread whether the parts of a random walk's spread are read
 */
record RidgeChoice(
    int lookBack,
    double penalty,
    Covariates covariates,
    boolean phases,
    Products products,
    boolean future,
    boolean spread) {

  /** What of the covariates. */
  enum Covariates {
    NONE,
    LEVELS,
    LEVELS_AND_CHANGES
  }

  /** By whose phases values are multiplied. */
  enum Products {
    NONE,
    OF_SEASON,
    ALL
  }

  /** One that reads no products, and of the covariates their levels, if any. */
  RidgeChoice(int lookBack, double penalty, boolean covariates, boolean phases, boolean future) {
    this(
        lookBack,
        penalty,
        covariates ? Covariates.LEVELS : Covariates.NONE,
        phases,
        Products.NONE,
        future,
        false);
  }

  RidgeChoice withCovariates(Covariates read) {
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
        covariates == Covariates.NONE ? "" : ", covariates " + covariates,
        phases ? ", phases" : "",
        products == Products.NONE ? "" : ", products " + products,
        future ? ", future" : "",
        spread ? ", spread" : "");
  }
}
