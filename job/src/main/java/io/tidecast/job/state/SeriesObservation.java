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
 * @param from what is not told by these, for who refuses it
 */
public record SeriesObservation(
    String series,
    String group,
    long time,
    double value,
    float[] covariates,
    boolean endsStep,
    boolean isKeyed,
    long passed,
    long appended,
    int partition,
    long offset,
    From from) {

  /**
   * The record an observation came in.
   *
   * @param topic its name, if {@code partition} does not say it; else empty
   * @param key null if it has none
   * @param value null if it is not brought along
   */
  public record From(String topic, byte[] key, byte[] value) {
    public static final From PLACE = new From("", null, null);

    /** Of a topic. */
    public static From topic(String topic) {
      return topic.isEmpty() ? PLACE : new From(topic, null, null);
    }
  }

  /** One whose place says all. */
  public SeriesObservation(
      String series,
      String group,
      long time,
      double value,
      float[] covariates,
      boolean endsStep,
      boolean isKeyed,
      long passed,
      long appended,
      int partition,
      long offset) {
    this(
        series,
        group,
        time,
        value,
        covariates,
        endsStep,
        isKeyed,
        passed,
        appended,
        partition,
        offset,
        From.PLACE);
  }

  /** The same with other covariates. */
  public SeriesObservation with(float[] others) {
    return of(others, from);
  }

  /** The same as it is kept: without the record it came in. */
  public SeriesObservation placed() {
    return from == From.PLACE ? this : of(covariates, From.PLACE);
  }

  private SeriesObservation of(float[] others, From record) {
    return new SeriesObservation(
        series, group, time, value, others, endsStep, isKeyed, passed, appended, partition, offset,
        record);
  }

  /** Whether it says nothing. */
  public boolean isEmpty() {
    for (float covariate : covariates) {
      if (!Float.isNaN(covariate)) {
        return false;
      }
    }
    return Double.isNaN(value);
  }
}
