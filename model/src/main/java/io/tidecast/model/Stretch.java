package io.tidecast.model;

/**
 * A stretch of consecutive steps of one series, as the job collects them for training. Windows of a
 * series do not overlap; the trainer joins adjoining ones to one stretch again.
 *
 * @param series key of the series
 * @param end index of the last step
 * @param values {@code [steps][1 + covariates]}, the target first; raw, NaN where missing
 */
public record Stretch(String series, long end, float[][] values) {
  public long start() {
    return end - values.length + 1;
  }
}
