/**
 * Evaluation: the {@link io.tidecast.model.eval.Measure measures}, and rolling-origin backtests.
 *
 * <p>Read {@link io.tidecast.model.eval.Backtest} first. What is measured here is the online
 * forecaster itself, stepped as in service; baselines are stepped beside it through {@link
 * io.tidecast.model.eval.Method}.
 */
package io.tidecast.model.eval;
