/**
 * Offline training and evaluation on a file, by the objects of the job.
 *
 * <p>Read {@link io.tidecast.job.backtest.BacktestRun} first. Rows become steps by the grid, limits
 * and aggregation of ingest; what is measured and how is {@link io.tidecast.model.eval}'s.
 */
package io.tidecast.job.backtest;
