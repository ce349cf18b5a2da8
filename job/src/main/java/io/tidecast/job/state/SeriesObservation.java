package io.tidecast.job.state;

/**
 * One accepted value of one series.
 *
 * @param series key: stream and variable
 * @param group model group of the series
 * @param time event time, milliseconds since the epoch
 * @param value of the target variable; NaN if missing or masked
 * @param covariates values of the other configured variables of the stream at that time; NaN where
 *     missing
 * @param endsStep whether it closes its step at once: it lies at the end, and whatever comes later
 *     for the step is late
 * @param isKeyed whether all records of its stream come in one partition, in order
 * @param passed index of the last step that its partition had gone past when it came; what belongs
 *     to that one or to one before is late, unless it is the newest of its series
 * @param appended when the record was appended to its topic, milliseconds: of two values of one
 *     time the one appended last holds
 * @param partition of the record it came in, numbered over all topics
 * @param offset of the record it came in
 */
public record SeriesObservation(
    String series,
    String group,
    long time,
    float value,
    float[] covariates,
    boolean endsStep,
    boolean isKeyed,
    long passed,
    long appended,
    int partition,
    long offset) {

  /** The same with other covariates. */
  public SeriesObservation with(float[] others) {
    return new SeriesObservation(
        series, group, time, value, others, endsStep, isKeyed, passed, appended, partition, offset);
  }

  /** Whether it says nothing. */
  public boolean isEmpty() {
    for (float covariate : covariates) {
      if (!Float.isNaN(covariate)) {
        return false;
      }
    }
    return Float.isNaN(value);
  }
}
