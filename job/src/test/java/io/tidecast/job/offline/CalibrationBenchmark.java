package io.tidecast.job.offline;

import io.tidecast.model.PinballLoss;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.eval.Crps;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;

/**
 * Are intervals better calibrated by other rules of online conformal prediction?
 *
 * <p>Reads what {@code tidecast backtest --forecasts} wrote and gives its medians other intervals:
 * by quantile tracking and conformal PID control (Angelopoulos, Candès and Tibshirani 2023), and by
 * error-quantified conformal inference, its cutoff and its integral (ECI, Wu and others 2025). Each
 * quantile of each lead is tracked by itself, on the signed distance from the median, from where
 * the first forecast has it; the outcome of lead h is known h steps later. Steps are a rate, as
 * published 0.1 or 0.05, of the spread of the last {@value #WINDOW} distances. In place of the
 * theta method, which is fitted anew at each step, exponential smoothing with a season forecasts
 * the distances. The first {@value #WARM_UP} origins do not count.
 *
 * <p>No build runs it, {@code job/BENCHMARKS.md} has the command; properties {@code forecasts} and
 * {@code season} are the file and the steps of a season.
 */
final class CalibrationBenchmark {
  private static final int WARM_UP = 300;
  private static final int WINDOW = 100;
  private static final double[] RATES = {0.1, 0.05, 0.01, 0.005};
  private static final double DECAY = 0.95;
  private static final double SMOOTHING = 0.1;
  private static final double DEVIATION = 0.01;

  private enum Rule {
    TRACKING,
    INTEGRATOR,
    INTEGRATOR_AND_SCORECASTER,
    ECI,
    ECI_CUTOFF,
    ECI_INTEGRAL
  }

  /**
   * @param ends of the origins' steps
   * @param actual {@code [origins][horizon]}, NaN where missing
   * @param quantile {@code [origins][horizon][levels]}
   */
  private record Series(List<Instant> ends, List<double[]> actual, List<double[][]> quantile) {
    int origins() {
      return ends.size();
    }
  }

  private QuantileLevels levels;
  private int median;
  private int horizon;
  private int season;

  @Test
  void otherRulesBesideTheProduct() throws Exception {
    season = Integer.getInteger("season", 1);
    Map<String, Series> all = read(Path.of(System.getProperty("forecasts")));
    Measure product = new Measure(all);
    all.forEach((name, one) -> product.add(one, one.quantile()));
    product.print("product", product);
    for (Rule rule : Rule.values()) {
      for (double rate : RATES) {
        Measure measure = new Measure(all);
        all.forEach((name, one) -> measure.add(one, new Tracker(one, rule, rate).run()));
        measure.print(rule.name().toLowerCase(Locale.ROOT) + " " + rate, product);
      }
    }
  }

  private Map<String, Series> read(Path file) throws IOException {
    Map<String, Series> all = new LinkedHashMap<>();
    CSVFormat format = CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();
    try (Reader text = Files.newBufferedReader(file);
        CSVParser rows = format.parse(text)) {
      List<String> names = rows.getHeaderNames();
      int first = names.indexOf("actual") + 1;
      levels =
          new QuantileLevels(
              names.subList(first, names.size()).stream().map(Double::valueOf).toList());
      median = levels.median();
      for (CSVRecord row : rows) {
        add(all.computeIfAbsent(row.get("series"), name -> empty()), row, first);
      }
    }
    horizon = all.values().iterator().next().actual().get(0).length;
    return all;
  }

  private static Series empty() {
    return new Series(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }

  private void add(Series series, CSVRecord row, int first) {
    int last = series.origins();
    int lead = Integer.parseInt(row.get("lead"));
    if (lead == 1) {
      series.ends().add(Instant.parse(row.get("origin")));
      series.actual().add(new double[0]);
      series.quantile().add(new double[0][]);
      last++;
    }
    double[] actual = Arrays.copyOf(series.actual().get(last - 1), lead);
    double[][] quantile = Arrays.copyOf(series.quantile().get(last - 1), lead);
    String there = row.get("actual");
    actual[lead - 1] = there.isEmpty() ? Double.NaN : Double.parseDouble(there);
    quantile[lead - 1] = new double[levels.size()];
    Arrays.setAll(quantile[lead - 1], j -> Double.parseDouble(row.get(first + j)));
    series.actual().set(last - 1, actual);
    series.quantile().set(last - 1, quantile);
  }

  /** One rule on one series. State is {@code [horizon][levels]}; that of the median is unused. */
  private final class Tracker {
    private final Series series;
    private final Rule rule;
    private final double rate;
    private final double[][] tracked = new double[horizon][levels.size()];
    private final double[][] beside = new double[horizon][levels.size()];
    private final double[][] missed = new double[horizon][levels.size()];
    private final double[][] quantified = new double[horizon][levels.size()];
    private final double[] seen = new double[horizon];
    private final double[] weight = new double[horizon];
    private final double[] largest = new double[horizon];
    private final double[][] level = new double[horizon][2];
    private final double[][][] ofPhase = new double[horizon][season][2];
    private final List<double[][]> issued = new ArrayList<>();

    Tracker(Series series, Rule rule, double rate) {
      this.series = series;
      this.rule = rule;
      this.rate = rate;
    }

    /** Quantiles in place of those of the series. */
    List<double[][]> run() {
      for (int h = 0; h < horizon; h++) {
        for (int j = 0; j < levels.size(); j++) {
          double[] first = series.quantile().get(0)[h];
          tracked[h][j] = Math.abs(first[j] - first[median]);
        }
      }
      List<double[][]> given = new ArrayList<>();
      for (int t = 0; t < series.origins(); t++) {
        for (int h = 0; h < Math.min(horizon, t); h++) {
          if (!Double.isNaN(actual(t - h - 1, h))) {
            learn(t - h - 1, h);
          }
        }
        given.add(forecast(t));
      }
      return given;
    }

    private double actual(int origin, int h) {
      return series.actual().get(origin)[h];
    }

    /** Distance of an outcome from the median, to the side of a level. */
    private double score(int origin, int h, int side) {
      double above = actual(origin, h) - series.quantile().get(origin)[h][median];
      return side == 0 ? -above : above;
    }

    private int side(int j) {
      return j < median ? 0 : 1;
    }

    private double spread(int origin, int h, int side) {
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (int o = Math.max(0, origin - WINDOW + 1); o <= origin; o++) {
        if (!Double.isNaN(actual(o, h))) {
          least = Math.min(least, score(o, h, side));
          most = Math.max(most, score(o, h, side));
        }
      }
      return most - least;
    }

    private void learn(int origin, int h) {
      seen[h]++;
      weight[h] = DECAY * weight[h] + 1;
      largest[h] = Math.max(largest[h], Math.abs(score(origin, h, 0)));
      double spread = spread(origin, h, 1);
      for (int j = 0; j < levels.size(); j++) {
        if (j != median) {
          learn(h, j, score(origin, h, side(j)) - issued.get(origin)[h][j], spread);
        }
      }
      if (rule == Rule.INTEGRATOR_AND_SCORECASTER) {
        smooth(origin, h, 0);
        smooth(origin, h, 1);
      }
    }

    private double miss(int j) {
      return Math.min(levels.get(j), 1 - levels.get(j));
    }

    private void learn(int h, int j, double beyond, double spread) {
      double error = (beyond > 0 ? 1 : 0) - miss(j);
      double share = 1 / (1 + Math.exp(-beyond));
      double size = beyond * share * (1 - share);
      missed[h][j] += error;
      quantified[h][j] = DECAY * quantified[h][j] + size;
      tracked[h][j] += rate * spread * error;
      tracked[h][j] +=
          rate
              * spread
              * switch (rule) {
                case ECI -> size;
                case ECI_CUTOFF -> Math.abs(beyond) < spread ? 0 : size;
                case ECI_INTEGRAL -> quantified[h][j] / weight[h];
                case TRACKING, INTEGRATOR, INTEGRATOR_AND_SCORECASTER -> 0;
              };
      if (rule == Rule.INTEGRATOR || rule == Rule.INTEGRATOR_AND_SCORECASTER) {
        beside[h][j] = largest[h] * saturated(missed[h][j], seen[h]);
      }
    }

    /** Within one: beyond, it is without bound. */
    private double saturated(double sum, double count) {
      double all = Math.log(series.origins());
      double saturation = 2 / Math.PI * (Math.ceil(all * DEVIATION) - 1 / all);
      double angle = sum * Math.log(count + 1) / (saturation * (count + 1));
      return Math.abs(angle) >= Math.PI / 4 ? Math.signum(angle) : Math.tan(angle);
    }

    private void smooth(int origin, int h, int side) {
      double[] phase = ofPhase[h][(origin + h + 1) % season];
      double score = score(origin, h, side);
      double before = level[h][side];
      level[h][side] += SMOOTHING * (score - phase[side] - before);
      phase[side] += season == 1 ? 0 : SMOOTHING * (score - before - phase[side]);
    }

    private double[][] forecast(int t) {
      double[][] distance = new double[horizon][levels.size()];
      double[][] given = new double[horizon][];
      for (int h = 0; h < horizon; h++) {
        double middle = series.quantile().get(t)[h][median];
        given[h] = new double[levels.size()];
        for (int j = 0; j < levels.size(); j++) {
          if (j != median) {
            distance[h][j] = tracked[h][j] + beside[h][j] + forecastScore(t, h, j);
          }
          given[h][j] = middle + (side(j) == 0 ? -1 : 1) * distance[h][j];
        }
        ascend(given[h]);
      }
      issued.add(distance);
      return given;
    }

    private double forecastScore(int t, int h, int j) {
      if (rule != Rule.INTEGRATOR_AND_SCORECASTER || t < WARM_UP) {
        return 0;
      }
      double forecast = level[h][side(j)] + ofPhase[h][(t + h + 1) % season][side(j)];
      if (t == WARM_UP) {
        tracked[h][j] -= forecast;
      }
      return forecast;
    }

    /** Outwards from the median. */
    private void ascend(double[] quantiles) {
      for (int j = median + 1; j < quantiles.length; j++) {
        quantiles[j] = Math.max(quantiles[j], quantiles[j - 1]);
      }
      for (int j = median - 1; j >= 0; j--) {
        quantiles[j] = Math.min(quantiles[j], quantiles[j + 1]);
      }
    }
  }

  /** Losses, widths and coverage of all series. */
  private final class Measure {
    private final Instant first;
    private final double span;
    private final double[] weights = Crps.weights(levels);
    private double crps;
    private double width;
    private final double[] overall = new double[levels.intervals()];
    private final double[][] byLead = new double[horizon][2];
    private final double[][] byQuarter = new double[4][2];
    private final double[][] byHour = new double[24][2];
    private final Map<Long, double[]> byTarget = new TreeMap<>();
    private double count;

    Measure(Map<String, Series> all) {
      Series one = all.values().iterator().next();
      first = one.ends().get(WARM_UP);
      span = one.ends().get(one.origins() - 1).getEpochSecond() - first.getEpochSecond() + 1.0;
    }

    void add(Series series, List<double[][]> quantiles) {
      long step = series.ends().get(1).getEpochSecond() - series.ends().get(0).getEpochSecond();
      for (int t = WARM_UP; t < series.origins(); t++) {
        for (int h = 0; h < horizon; h++) {
          double actual = series.actual().get(t)[h];
          if (!Double.isNaN(actual)) {
            long end = series.ends().get(t).getEpochSecond();
            int quarter = (int) Math.max(0, Math.min(3, 4 * (end - first.getEpochSecond()) / span));
            long target = end + (h + 1) * step;
            int hour = (int) Math.floorMod((target - 1) / 3600, 24L);
            double[] same = byTarget.computeIfAbsent(target, at -> new double[2]);
            add(quantiles.get(t)[h], actual, byLead[h], byQuarter[quarter], byHour[hour], same);
          }
        }
      }
    }

    private void add(double[] quantiles, double actual, double[]... parts) {
      count++;
      int last = quantiles.length - 1;
      width += quantiles[last] - quantiles[0];
      for (int j = 0; j <= last; j++) {
        crps += weights[j] * PinballLoss.of(levels.get(j), actual, quantiles[j]);
      }
      for (int i = 0; i < overall.length; i++) {
        overall[i] += quantiles[i] <= actual && actual <= quantiles[last - i] ? 1 : 0;
      }
      for (double[] part : parts) {
        part[0] += quantiles[0] <= actual && actual <= quantiles[last] ? 1 : 0;
        part[1]++;
      }
    }

    /** How far, in points, the widest interval is off where it is worst. */
    private double worst(double[][] parts) {
      double wanted = levels.get(levels.size() - 1) - levels.get(0);
      return Arrays.stream(parts)
          .filter(part -> part[1] > 0)
          .mapToDouble(part -> 100 * Math.abs(part[0] / part[1] - wanted))
          .max()
          .orElseThrow();
    }

    /**
     * How far, in points, the coverage of a quarter is off by chance: its standard deviation by the
     * autocovariances of what leads have inside of each target, falling weights (Newey and West
     * 1987) to twice the horizon.
     */
    private double chance() {
      double[] inside = byTarget.values().stream().mapToDouble(part -> part[0] / part[1]).toArray();
      double mean = Arrays.stream(inside).average().orElseThrow();
      double sum = 0;
      for (int lag = 0; lag <= 2 * horizon; lag++) {
        double products = 0;
        for (int i = lag; i < inside.length; i++) {
          products += (inside[i] - mean) * (inside[i - lag] - mean);
        }
        double weight = lag == 0 ? 1 : 2 * (1 - lag / (2.0 * horizon + 1));
        sum += weight * products / inside.length;
      }
      return 100 * Math.sqrt(sum / (inside.length / 4.0));
    }

    void print(String name, Measure product) {
      System.out.printf(
          Locale.ROOT,
          "{\"rule\":\"%s\",\"crps\":%.4f,\"width\":%.3f,\"covers\":%s,\"worstLead\":%.1f,"
              + "\"worstQuarter\":%.1f,\"chanceOfQuarter\":%.1f,\"worstHour\":%.1f}%n",
          name,
          crps / product.crps,
          width / product.width,
          Arrays.toString(
              Arrays.stream(overall).map(one -> Math.round(1000 * one / count) / 1e3).toArray()),
          worst(byLead),
          worst(byQuarter),
          chance(),
          worst(byHour));
    }
  }
}
