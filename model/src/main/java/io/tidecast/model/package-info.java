/**
 * The online forecaster: plain objects and numbers, no stream, no broker, no clock.
 *
 * <p>Read {@link io.tidecast.model.online.SeriesForecaster} first: closed step in, forecast and
 * evaluations out. Everything it remembers of a series is in {@link
 * io.tidecast.model.online.SeriesState}; what it makes of raw values is in {@link
 * io.tidecast.model.input.SeriesInputs}; weights are shared and never written. {@code train} makes
 * the weights, {@code artifact} stores them.
 *
 * <p><b>Why the state is carried.</b> One step costs one step of the cell, however long the memory
 * is. The state is recomputed only for other weights: then the kept history is replayed. The
 * running scales cannot be rebuilt from that history, so a copy of them trails at its start.
 *
 * <p><b>Why a missing step is no event.</b> What is forecast must be a function of the
 * observations. The next closed step tells by its index how many are missing before it.
 *
 * <p><b>Why limits are everywhere.</b> Inputs of the cell, deviations read by the highway and
 * updates of the running scales are limited far outside of what ordinary values reach. One absurd
 * value then costs the forecasts of its own origin, not those of the weeks it stays in the history.
 *
 * <p><b>Why two tables of quantiles wait to be scored.</b> The mixture is scored also while the
 * naive serves, or nobody would notice that it has become the better one.
 */
package io.tidecast.model;
