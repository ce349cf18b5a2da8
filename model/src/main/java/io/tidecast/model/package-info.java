/**
 * The words everyone else uses: what a series of a group is configured to be, a closed step, a
 * forecast and its evaluation, and the few definitions under them. No behaviour beyond that, and no
 * sight of the packages below.
 *
 * <p>Directions: words &lt;- {@code weights} &lt;- {@code artifact}; words &lt;- {@code input};
 * weights and input &lt;- {@code member} &lt;- {@code online} &lt;- {@code train} and {@code eval},
 * which do not see each other. Read {@link io.tidecast.model.online.SeriesForecaster} first.
 *
 * <p><b>Why the state is carried.</b> One step costs one step of the cell, however long the memory
 * is. The state is recomputed only for other weights: then the kept history is replayed. The
 * running scales cannot be rebuilt from that history, so a copy of them trails at its start.
 *
 * <p><b>Why a missing step is no event.</b> What is forecast must be a function of the
 * observations. The next closed step tells by its index how many are missing before it.
 *
 * <p><b>Why there is a limit at the door.</b> What enters the kept rows is limited far outside of
 * what ordinary values reach, so that everything behind them is safe: scales, averages, lags, the
 * highway, targets of a training. One absurd value then costs the forecasts of its own origin, not
 * those of the weeks it stays in the history. What comes back is let in.
 */
package io.tidecast.model;
