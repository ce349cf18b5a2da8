package io.tidecast.job.state;

/**
 * A training window that is still short of steps.
 *
 * @param shape of the values: that of the target, see {@link Targets.Target#shape}
 * @param end index of its last step so far
 * @param values {@code [steps * width]}, by step; NaN where missing
 */
public record OpenWindow(int shape, long end, float[] values) {}
