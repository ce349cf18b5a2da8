/**
 * What people see of offline runs and of the registry of models: tables, JSON, pictures, progress
 * bars. It is given results and starts nothing. Read {@link io.tidecast.job.report.BacktestReport}
 * first.
 */
package io.tidecast.job.report;
