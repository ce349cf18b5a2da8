/**
 * One series, step by step: forecasts, the scoring of past ones, and what is learnt from their
 * errors: whom to trust and how wide an interval has to be.
 *
 * <p>Read {@link io.tidecast.model.online.SeriesForecaster} first: closed step in, forecast and
 * evaluations out. All it remembers of a series is in {@link io.tidecast.model.online.SeriesState},
 * which has the stored layout. Plain objects and numbers: no stream, no broker, no clock.
 *
 * <p><b>Why naives are experts of the mixture.</b> A model that does worse than the last value, or
 * than the season before, loses its share to it, lead by lead, and gets it back; no switch decides
 * over all leads at once, and before there is a model the naives are mixed among themselves.
 *
 * <p><b>Why what is learnt is learnt at knots.</b> Neighbouring leads make the same errors. A
 * logarithm of the horizon is enough to learn from, and to keep: see {@link
 * io.tidecast.model.online.LeadKnots}.
 */
package io.tidecast.model.online;
