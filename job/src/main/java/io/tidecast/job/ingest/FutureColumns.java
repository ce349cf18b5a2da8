package io.tidecast.job.ingest;

import io.tidecast.connectors.record.SeriesKey;
import io.tidecast.model.ClosedStep;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Variables that are known beforehand, and where their values stand in the steps of a series: among
 * the covariates that at the step itself, after them for each variable those at the steps to come.
 *
 * @param places by target: those of such variables among its covariates
 * @param known such variables, in the order of covariates
 * @param horizon steps to come
 */
public record FutureColumns(Map<String, int[]> places, List<String> known, int horizon)
    implements Serializable {
  public static final FutureColumns NONE = new FutureColumns(Map.of(), List.of(), 0);

  /** Steps beyond the horizon that are kept until it comes to them. */
  static final int KEPT_BEYOND = 1000;

  private static final int[] NOWHERE = {};

  /** Whether a record tells of nothing but steps to come, as far as it is read. */
  boolean isAll(Collection<String> read) {
    return !read.isEmpty() && known.containsAll(read);
  }

  /** Of a series. */
  int[] of(String series) {
    return places.isEmpty() ? NOWHERE : places.getOrDefault(SeriesKey.variable(series), NOWHERE);
  }

  /**
   * The steps of a file, each told what stands in it of those to come: what is there at its time is
   * taken to have been known before.
   */
  public List<ClosedStep> told(String series, SortedMap<Long, ClosedStep> steps) {
    int[] own = of(series);
    if (own.length == 0) {
      return List.copyOf(steps.values());
    }
    List<ClosedStep> told = new ArrayList<>();
    for (ClosedStep step : steps.values()) {
      float[] filled =
          filled(step.covariates().length, own, step.index(), to -> values(steps.get(to), own));
      ClosedStep rest = step.without(own);
      if (!rest.isEmpty()) {
        told.add(rest.with(filled));
      }
    }
    return told;
  }

  private static float[] values(ClosedStep stepOrNull, int[] own) {
    if (stepOrNull == null) {
      return null;
    }
    float[] values = new float[own.length];
    for (int k = 0; k < own.length; k++) {
      values[k] = stepOrNull.covariates()[own[k]];
    }
    return values;
  }

  /** What is known of a step, one value per variable; null if nothing is. */
  interface Issued<E extends Exception> {
    float[] at(long index) throws E;
  }

  /**
   * The covariates of a step that are known beforehand; the others are NaN.
   *
   * @param width number of covariates, those to come included
   * @param own places of the variables of the series
   */
  <E extends Exception> float[] filled(int width, int[] own, long index, Issued<E> issued)
      throws E {
    float[] values = new float[width];
    Arrays.fill(values, Float.NaN);
    int first = width - own.length * horizon;
    for (int lead = 0; lead <= horizon; lead++) {
      float[] then = issued.at(index + lead);
      for (int k = 0; then != null && k < own.length; k++) {
        values[lead == 0 ? own[k] : first + k * horizon + lead - 1] = then[k];
      }
    }
    return values;
  }
}
