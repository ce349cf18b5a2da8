/**
 * The names of what the job counts, {@link io.tidecast.job.metrics.Metrics}: public, since
 * dashboards and alerts are written for them. {@code METRICS.md} says what each means.
 */
package io.tidecast.job.metrics;
