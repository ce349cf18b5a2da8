/**
 * Training and evaluation on history, from a file or a topic, by the objects of the job.
 *
 * <p>Read {@link io.tidecast.job.offline.BacktestRun} first. Rows become steps by the grid, limits
 * and aggregation of ingest; what is measured and how is {@link io.tidecast.model.eval}'s. What
 * people see of a result is made in {@code report}.
 */
package io.tidecast.job.offline;
