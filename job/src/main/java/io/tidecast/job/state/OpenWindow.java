package io.tidecast.job.state;

/**
 * A training window that is still short of steps.
 *
 * @param end index of its last step so far
 * @param values {@code [steps * width]}, by step; NaN where missing
 */
public record OpenWindow(long end, float[] values) {}
