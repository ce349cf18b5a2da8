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
 *
 * <p><b>Why the past is amended by stepping it again.</b> Scales, averages, calibration and the
 * mixture remember all that ever was, so nothing that is kept of the last steps alone could make
 * them as they would have been. {@link io.tidecast.model.online.Anchors} keeps two states of
 * before, some 11 KB together at 24 leads, written once in {@code reach} steps; an amendment steps
 * what came since once more, at most {@code 2 * reach} steps. What it gives is exact to the bit, if
 * the versions of models that served those steps are still to be had. What is not made again is
 * what was given out: an evaluation counts the error of a forecast against the value that was known
 * when its step closed, and a step that was empty then is not scored. Forecasts that wait for their
 * targets are made again with all else, and scored so: that is how they are what a series in order
 * would learn from, and no longer, to the digit, what was given out.
 */
package io.tidecast.model.online;
