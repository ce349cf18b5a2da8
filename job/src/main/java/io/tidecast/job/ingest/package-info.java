/**
 * From raw records to the closed steps of each series: decoding, checks, event times, lateness.
 *
 * <p>{@link io.tidecast.job.ingest.IngestFunction} is where a record is accepted or becomes a dead
 * letter, {@link io.tidecast.job.ingest.StepFunction} where observations become steps of the grid.
 * Nothing here knows models or forecasts. What a record holds never makes a task fail.
 */
package io.tidecast.job.ingest;
