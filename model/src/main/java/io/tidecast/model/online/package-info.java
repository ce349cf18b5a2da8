/**
 * One series, step by step: forecasts, the scoring of past ones, and what is learnt from their
 * errors: whom to trust and how wide an interval has to be.
 *
 * <p>Read {@link io.tidecast.model.online.SeriesForecaster} first: closed step in, forecast and
 * evaluations out. All it remembers of a series is in {@link io.tidecast.model.online.SeriesState},
 * which has the stored layout. Plain objects and numbers: no stream, no broker, no clock.
 *
 * <p><b>Why two tables of quantiles wait to be scored.</b> The mixture is scored also while the
 * naive serves, or nobody would notice that it has become the better one.
 */
package io.tidecast.model.online;
