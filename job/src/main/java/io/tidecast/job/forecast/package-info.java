/**
 * From closed steps to forecasts and evaluations: which model version holds for an origin, and the
 * state of each series around {@link io.tidecast.model.online.SeriesForecaster}, which does the
 * forecasting and knows no stream. {@link io.tidecast.job.forecast.ForecastOperator} is all of it;
 * it hears of models by the decisions of {@code retrain}, and of nothing else there.
 */
package io.tidecast.job.forecast;
