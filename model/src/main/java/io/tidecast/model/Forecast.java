package io.tidecast.model;

/**
 * All leads and levels of one forecast.
 *
 * @param origin index of the step it was made at
 * @param quantiles {@code [levels][horizon]}, in the unit of the target, ascending over levels at
 *     every lead, finite, within the physical limits
 * @param version of the model that made it; empty if none did
 * @param quality what stands behind it
 */
public record Forecast(long origin, float[][] quantiles, String version, Quality quality) {}
