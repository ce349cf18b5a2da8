/**
 * From raw steps to inputs, from the past alone: the history ring, running scales and averages of
 * one series, what is known beforehand of the steps to come, and which input of a member is made of
 * what. Knows nothing of weights or forecasts.
 *
 * <p>Read {@link io.tidecast.model.input.SeriesInputs} first. The same object serves the stream,
 * backtests and training, so that a model reads online what it was trained on.
 */
package io.tidecast.model.input;
