package io.tidecast.connectors.record;

import java.time.Instant;
import java.util.List;

/**
 * An observation that was not to be expected. When its cause becomes known the same observation
 * comes once more: of the records with one (series, time) the last counts.
 *
 * @param series {@code stream/variable}
 * @param time end of the step it belongs to
 * @param value of that step, in the unit of the target
 * @param lower end of the widest interval that was forecast of it one step before; null, as the
 *     next two, if none was
 * @param median that was forecast
 * @param upper end of the widest interval
 * @param score distance from the median over that of the bound on the same side, 0 to 1000: 1 on
 *     the bound, whatever the series
 * @param direction {@code above} or {@code below} the median, or {@code none}
 * @param run anomalies in a row up to this one; equal values in a row if it is stuck; the steps it
 *     took until a spike or a shift was known for one
 * @param cause {@code unknown}, {@code stuck}, {@code spike} or {@code shift}
 */
public record AnomalyRecord(
    String series,
    Instant time,
    double value,
    Double lower,
    Double median,
    Double upper,
    double score,
    String direction,
    int run,
    String cause) {

  public AnomalyRecord {
    Require.text("series", series);
    Require.present("time", time);
    Require.finiteOrNull("value", value);
    Require.finiteOrNull("lower", lower);
    Require.finiteOrNull("median", median);
    Require.finiteOrNull("upper", upper);
    Require.inRange("score", score, 0, 1000);
    Require.oneOf("direction", direction, List.of("above", "below", "none"));
    Require.that(run >= 1, "run", run, "1 or more");
    Require.oneOf("cause", cause, List.of("unknown", "stuck", "spike", "shift"));
  }

  /** Kafka key: the series. */
  public String key() {
    return series;
  }
}
