/**
 * The names of what the job counts, {@link io.tidecast.job.metrics.Metrics}: public, since
 * dashboards and alerts are written for them. {@code METRICS.md} says what each means. Beside them
 * what counts for more than one reader: for the result of a bounded job, and for who waits for
 * commits.
 */
package io.tidecast.job.metrics;
