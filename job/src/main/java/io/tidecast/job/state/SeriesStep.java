package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;

/**
 * A closed step on its way to the forecaster and to the training windows.
 *
 * @param series key of the series
 * @param group model group of the series
 * @param step what was observed in it
 */
public record SeriesStep(String series, String group, ClosedStep step) {}
