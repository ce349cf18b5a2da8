/**
 * From closed steps to forecasts and evaluations: which model version holds for an origin, and the
 * state of each series around {@link io.tidecast.model.online.SeriesForecaster}, which does the
 * forecasting and knows no stream. Read {@link io.tidecast.job.forecast.ForecastOperator} first: it
 * brings together the steps that wait, the models that are decided, the memory of each series, and
 * what is written. It hears of models by the decisions of {@code retrain}, and of nothing else
 * there.
 */
package io.tidecast.job.forecast;
