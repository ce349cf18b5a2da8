package io.tidecast.model.eval;

import java.util.List;
import java.util.Map;

/**
 * Errors of one method over origins, leads and series.
 *
 * @param method its name
 * @param horizon number of leads; the lead itself in a row by lead
 * @param windows number of origins
 * @param measures all of them; NaN where one is undefined
 * @param coverage share of targets inside each central interval, widest first
 * @param width mean width of each interval, in the unit of the target
 */
public record BacktestRow(
    String method,
    int horizon,
    long windows,
    Map<Measure, Double> measures,
    List<Double> coverage,
    List<Double> width) {
  public BacktestRow {
    measures = Map.copyOf(measures);
    coverage = List.copyOf(coverage);
    width = List.copyOf(width);
  }

  public double get(Measure measure) {
    return measures.get(measure);
  }

  public double mae() {
    return get(Measure.MAE);
  }

  public double crps() {
    return get(Measure.CRPS);
  }
}
