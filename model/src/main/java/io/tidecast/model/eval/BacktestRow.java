package io.tidecast.model.eval;

/**
 * Errors of one method, as means over origins, leads and series; of the median unless said
 * otherwise. NaN where a measure is undefined.
 *
 * @param method its name
 * @param horizon number of leads; the lead itself in a row by lead
 * @param windows number of origins
 * @param mse mean squared error, in the squared unit of the target
 * @param mae mean absolute error, in the unit of the target
 * @param smape see {@link Smape}, in percent
 * @param mase see {@link Mase}
 * @param crps see {@link Crps}
 * @param wql weighted quantile loss (Salinas and others 2020): twice the pinball loss, a plain mean
 *     over the levels, over the size of the targets, both summed up first
 * @param scaledMse on values divided by the standard deviation of the series' training part
 * @param scaledMae the same
 * @param coverage share of targets inside each central interval, widest first
 * @param width mean width of each interval, in the unit of the target
 */
public record BacktestRow(
    String method,
    int horizon,
    long windows,
    double mse,
    double mae,
    double smape,
    double mase,
    double crps,
    double wql,
    double scaledMse,
    double scaledMae,
    double[] coverage,
    double[] width) {}
