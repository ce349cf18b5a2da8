package io.tidecast.model.eval;

import io.tidecast.model.Anomaly;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * Rolling-origin evaluation in frozen mode: what was trained on the first part, and chosen on the
 * second, makes one pass over each series with the state carried throughout, and is scored on the
 * last part.
 *
 * <p>An origin counts if all its targets lie in the test part: so the first one is the last step
 * before it. Missing targets do not count. Scalers and choices come from the training part alone.
 */
public final class Backtest {
  private final ForecasterConfig config;
  private final Split split;
  private final int stride;

  /**
   * Parts of the time span by steps of the grid, all series alike.
   *
   * @param validationStart first step of the validation part; the training part is before it
   * @param testStart first step of the test part
   * @param end end of the test part, exclusive
   */
  public record Split(long validationStart, long testStart, long end) {
    public Split {
      if (!(validationStart < testStart && testStart < end)) {
        throw new IllegalArgumentException(
            "split: ["
                + validationStart
                + ", "
                + testStart
                + ", "
                + end
                + "]; accepted: ascending steps");
      }
    }

    long testSteps() {
      return end - testStart;
    }

    /**
     * Parts of so many steps from {@code start} on.
     *
     * @param start first step of the training part
     */
    public static Split of(long start, long training, long validation, long test) {
      long validationStart = start + training;
      return new Split(
          validationStart, validationStart + validation, validationStart + validation + test);
    }
  }

  /** Every origin counts. */
  public Backtest(ForecasterConfig config, Split split) {
    this(config, split, 1);
  }

  /**
   * @param stride steps from one origin that counts to the next
   */
  public Backtest(ForecasterConfig config, Split split, int stride) {
    if (stride < 1) {
      throw new IllegalArgumentException("stride: " + stride + "; accepted: 1 or more");
    }
    this.config = config;
    this.split = split;
    this.stride = stride;
  }

  /**
   * What a training may see: all before the test part.
   *
   * @param series all steps of each series, one window per series
   */
  public List<Stretch> seen(List<Stretch> series) {
    List<Stretch> seen = new ArrayList<>();
    for (Stretch one : series) {
      float[][] rows = Arrays.copyOf(one.values(), rowOf(one, split.testStart()));
      if (rows.length > 0) {
        seen.add(one.with(one.start() + rows.length - 1, rows));
      }
    }
    return seen;
  }

  /** Share of the validation part in the observed steps of what {@link #seen} gives. */
  public double validationShare(List<Stretch> series) {
    long all = 0;
    long validation = 0;
    for (Stretch one : seen(series)) {
      int from = rowOf(one, split.validationStart());
      for (int i = 0; i < one.values().length; i++) {
        if (!Float.isNaN(one.values()[i][0])) {
          all++;
          validation += i >= from ? 1 : 0;
        }
      }
    }
    return (double) validation / Math.max(1, all);
  }

  /**
   * The models as they serve: what was trained on the first part alone from the second on, so that
   * what is learned online is learned from forecasts of what was not seen; what was completed with
   * the second part from the last on.
   */
  public LongFunction<Optional<ForecastModel>> frozen(
      ForecastModel chosen, ForecastModel complete) {
    return origin ->
        origin < split.validationStart()
            ? Optional.empty()
            : Optional.of(origin < split.testStart() - 1 ? chosen : complete);
  }

  /**
   * Result of one method.
   *
   * @param total over all leads
   * @param byLead one row per lead
   * @param bySeries over all leads, by series
   * @param reliability share of targets at or below each level's quantile
   * @param coverageByHour {@code [intervals][24]}, share of targets inside each interval, widest
   *     first, by the hour of the day (UTC) they lie in; NaN without any
   * @param coverageByQuarter {@code [intervals][4]}, the same by the quarters of the test part
   * @param anomalies found in the test part, by what was known of each when it was said
   * @param losses by origin
   */
  public record Result(
      BacktestRow total,
      List<BacktestRow> byLead,
      Map<String, BacktestRow> bySeries,
      List<Double> reliability,
      List<List<Double>> coverageByHour,
      List<List<Double>> coverageByQuarter,
      Map<Anomaly.Cause, Integer> anomalies,
      OriginLosses losses) {
    public Result {
      byLead = List.copyOf(byLead);
      bySeries = Collections.unmodifiableMap(new TreeMap<>(bySeries));
    }
  }

  /** Sees a pass go by. */
  public interface Observer {
    Observer NONE = new Observer() {};

    /** So many more steps were made, of the number that {@link #steps} gives. */
    default void stepped(int steps) {}

    /**
     * A forecast that counts.
     *
     * @param targets {@code [horizon]}, less the base of the forecast, NaN where missing
     */
    default void scored(String series, Forecast forecast, float[] targets) {}
  }

  /** Steps of one pass. */
  public long steps(List<Stretch> series) {
    return series.stream().mapToLong(one -> rowOf(one, split.end())).sum();
  }

  /**
   * @param series all steps of each series, one window per series
   */
  public Result score(Method method, List<Stretch> series) {
    return score(method, series, Observer.NONE);
  }

  /**
   * @param series all steps of each series, one window per series
   */
  public Result score(Method method, List<Stretch> series, Observer observer) {
    Accuracy total = new Accuracy(config.levels(), config.horizon(), config.grid(), split);
    Map<String, BacktestRow> bySeries = new TreeMap<>();
    Map<Anomaly.Cause, Integer> anomalies = new EnumMap<>(Anomaly.Cause.class);
    OriginLosses losses = losses();
    for (Stretch one : series) {
      Accuracy accuracy = new Accuracy(config.levels(), config.horizon(), config.grid(), split);
      score(method, one, accuracy, anomalies, losses, observer);
      bySeries.put(one.series(), accuracy.row(method.name()));
      total.add(accuracy);
    }
    List<BacktestRow> byLead = new ArrayList<>();
    for (int lead = 1; lead <= config.horizon(); lead++) {
      byLead.add(total.row(method.name(), lead));
    }
    return new Result(
        total.row(method.name()),
        byLead,
        bySeries,
        total.reliability(),
        total.coverageByHour(),
        total.coverageByQuarter(),
        anomalies,
        losses);
  }

  private OriginLosses losses() {
    long last = Math.max(0, split.testSteps() - config.horizon());
    return new OriginLosses((int) (last / stride) + 1, (config.horizon() - 1) / stride + 1);
  }

  /** What does not count, or not in every measure, and why: a sentence each. */
  public List<String> remarks(List<Stretch> series) {
    List<String> remarks = new ArrayList<>();
    for (Stretch one : series) {
      remark(one).ifPresent(text -> remarks.add(one.series() + ": " + text));
    }
    return remarks;
  }

  private Optional<String> remark(Stretch series) {
    int end = rowOf(series, split.end());
    int first = Math.max(0, rowOf(series, split.testStart()) - 1);
    int test = end - rowOf(series, split.testStart());
    if (end - first <= config.horizon()) {
      return Optional.of(
          "no window: has " + test + " steps of the test part, fewer than the horizon");
    }
    float[] targets = new float[end];
    for (int i = 0; i < end; i++) {
      targets[i] = series.values()[i][0];
    }
    SeriesScale scale = scale(series, targets);
    if (Double.isNaN(scale.deviation())) {
      return Optional.of("no scaled measure: constant or empty in the training part");
    }
    if (Double.isNaN(scale.naiveAbsolute())) {
      return Optional.of(
          "no MASE, RMSSE and MSIS: shorter than a season in the training part, or it repeats it");
    }
    int missing = 0;
    for (int i = end - test; i < end; i++) {
      missing += Float.isNaN(targets[i]) ? 1 : 0;
    }
    int early = (int) (split.end() - series.start() - end);
    if (early > 0) {
      return Optional.of("ends " + early + " steps before the test part does");
    }
    return missing > 0
        ? Optional.of(missing + " of " + test + " targets of the test part are missing")
        : Optional.empty();
  }

  private SeriesScale scale(Stretch series, float[] targets) {
    float[] training = Arrays.copyOf(targets, rowOf(series, split.validationStart()));
    return SeriesScale.of(training, config.season());
  }

  private void score(
      Method method,
      Stretch series,
      Accuracy accuracy,
      Map<Anomaly.Cause, Integer> anomalies,
      OriginLosses losses,
      Observer observer) {
    float[] targets = new float[series.values().length];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = series.values()[i][0];
    }
    SeriesScale scale = scale(series, targets);
    Method.Session session = method.start(series.series(), series.base());
    int end = rowOf(series, split.end());
    for (int i = 0; i < end; i++) {
      Optional<Forecast> forecast = step(session, series, i);
      if (forecast.isPresent() && series.start() + i >= split.testStart()) {
        session.anomaly().ifPresent(one -> anomalies.merge(one.cause(), 1, Integer::sum));
      }
      long sinceFirst = series.start() + i - (split.testStart() - 1);
      boolean origin = sinceFirst >= 0 && sinceFirst % stride == 0 && i + config.horizon() < end;
      if (origin && forecast.isPresent()) {
        float[] ahead = Arrays.copyOfRange(targets, i + 1, i + 1 + config.horizon());
        Forecast made = forecast.get().from(series.base());
        double loss = accuracy.add(made, ahead, scale);
        losses.put(series.series(), (int) (sinceFirst / stride), loss);
        observer.scored(series.series(), made, ahead);
      }
      observer.stepped(1);
    }
  }

  private static Optional<Forecast> step(Method.Session session, Stretch series, int i) {
    float[] row = series.values()[i];
    for (float value : row) {
      if (!Float.isNaN(value)) {
        return session.step(series.step(i));
      }
    }
    return Optional.empty();
  }

  private static int rowOf(Stretch series, long step) {
    return (int) Math.max(0, Math.min(series.values().length, step - series.start()));
  }
}
