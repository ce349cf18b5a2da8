package io.tidecast.job.report;

import io.tidecast.connectors.record.SeriesKey;
import io.tidecast.job.offline.BacktestRun;
import io.tidecast.job.offline.GroupResult;
import io.tidecast.model.Forecast;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Stretch;
import io.tidecast.model.eval.Backtest;
import io.tidecast.model.eval.BacktestRow;
import io.tidecast.model.eval.Method;
import io.tidecast.model.train.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Results as pictures, four per group: a stretch of one series with its forecasts, the error by
 * lead, the reliability of the quantiles, the losses of the training.
 */
public final class BacktestPictures {
  // what a reader can still tell apart
  private static final int STRETCH = 200;
  private static final int MAX_FANS = 6;

  private final Path directory;

  public BacktestPictures(Path directory) {
    this.directory = directory;
  }

  /** Writes {@code <group>-<picture>.png} for every group and picture. */
  public void write(BacktestReport report) throws IOException {
    Files.createDirectories(directory);
    for (GroupResult group : report.groups()) {
      write(group, "forecast", forecast(group));
      write(group, "error-by-lead", errorByLead(group));
      write(group, "reliability", reliability(group));
      TrainingReport training = group.trainings().get(BacktestRun.TIDECAST);
      if (training != null && !training.losses().isEmpty()) {
        write(group, "losses", losses(group, training));
      }
    }
  }

  private void write(GroupResult group, String name, LineChart chart) throws IOException {
    String stem = group.group().replaceAll("[^A-Za-z0-9._-]", "_");
    chart.writePng(directory.resolve(stem + "-" + name + ".png"));
  }

  /** The newest stretch of the test part, forecast anew each time the last forecast has ended. */
  private static LineChart forecast(GroupResult group) {
    Stretch series = group.shown();
    QuantileLevels levels = group.config().levels();
    List<Forecast> fans = newest(group);
    LineChart chart =
        LineChart.overTime(
            series.series() + ": forecasts " + inWords(group.config().horizon(), group) + " apart",
            "time (UTC)",
            valueLabel(group));
    int inner = levels.intervals() - 1;
    long from = fans.get(0).origin() - group.config().horizon();
    long to = fans.get(fans.size() - 1).origin() + group.config().horizon();
    chart.line("actual", actual(group, from, to), 0, false);
    for (Forecast fan : fans) {
      chart.line("median forecast", median(group, fan), 1, false);
    }
    for (int interval : new int[] {inner, 0}) {
      for (Forecast fan : fans) {
        String name = share(levels, interval) + " interval";
        chart.band(name, band(group, fan, interval), interval == 0 ? 0 : 1);
      }
    }
    return chart;
  }

  private static List<Forecast> newest(GroupResult group) {
    int horizon = group.config().horizon();
    int count = Math.max(1, Math.min(MAX_FANS, STRETCH / horizon));
    List<Forecast> all = group.forecasts();
    return all.subList(Math.max(0, all.size() - count), all.size());
  }

  private static List<double[]> actual(GroupResult group, long from, long to) {
    Stretch series = group.shown();
    List<double[]> points = new ArrayList<>();
    for (long step = Math.max(from, series.start()); step <= Math.min(to, series.end()); step++) {
      points.add(new double[] {millis(group, step), valueAt(series, step)});
    }
    return points;
  }

  private static double valueAt(Stretch series, long step) {
    return series.target((int) (step - series.start()));
  }

  private static List<double[]> median(GroupResult group, Forecast fan) {
    List<double[]> points = new ArrayList<>();
    points.add(origin(group, fan));
    int median = group.config().levels().median();
    for (int lead = 1; lead <= fan.quantiles()[median].length; lead++) {
      points.add(new double[] {millis(group, fan.origin() + lead), fan.quantile(median, lead)});
    }
    return points;
  }

  private static List<double[]> band(GroupResult group, Forecast fan, int interval) {
    List<double[]> points = new ArrayList<>();
    double[] origin = origin(group, fan);
    points.add(new double[] {origin[0], origin[1], origin[1]});
    int upper = fan.quantiles().length - 1 - interval;
    for (int lead = 1; lead <= fan.quantiles()[upper].length; lead++) {
      points.add(
          new double[] {
            millis(group, fan.origin() + lead),
            fan.quantile(interval, lead),
            fan.quantile(upper, lead)
          });
    }
    return points;
  }

  private static double[] origin(GroupResult group, Forecast fan) {
    return new double[] {millis(group, fan.origin()), valueAt(group.shown(), fan.origin())};
  }

  private static double millis(GroupResult group, long step) {
    return group.config().grid().end(step);
  }

  private static LineChart errorByLead(GroupResult group) {
    LineChart chart =
        LineChart.overNumbers(
            group.group() + ": error by lead, test part",
            "lead (steps of " + words(group.config().grid().spacing()) + ")",
            "mean absolute error" + unit(group));
    int color = 1;
    for (Backtest.Result result : group.methods()) {
      // its median is that of persistence
      if (!result.total().method().equals(Method.PERSISTENCE_FIXED)) {
        List<double[]> points = new ArrayList<>();
        for (BacktestRow row : result.byLead()) {
          points.add(new double[] {row.horizon(), row.mae()});
        }
        chart.line(result.total().method(), points, color, false);
      }
      color++;
    }
    return chart.fromZero();
  }

  private static LineChart reliability(GroupResult group) {
    LineChart chart =
        LineChart.overNumbers(
            group.group() + ": reliability of the quantiles, test part, all leads",
            "quantile level",
            "share of targets at or below the quantile");
    chart.line("perfect", List.of(new double[] {0, 0}, new double[] {1, 1}), 0, false);
    int color = 1;
    for (Backtest.Result result : group.methods()) {
      List<double[]> points = new ArrayList<>();
      for (int j = 0; j < result.reliability().size(); j++) {
        points.add(new double[] {group.config().levels().get(j), result.reliability().get(j)});
      }
      chart.line(result.total().method(), points, color++, true);
    }
    return chart.unitSquare();
  }

  private static LineChart losses(GroupResult group, TrainingReport training) {
    LineChart chart =
        LineChart.overNumbers(
            String.format(
                Locale.ROOT,
                "%s: losses of the training, round %d kept",
                group.group(),
                training.bestRound()),
            "round",
            "mean pinball loss (units of the running scale)");
    chart.line("updates of the round", byRound(training.losses(), 1), 2, true);
    chart.line("validation part", byRound(training.validation(), 0), 1, true);
    return chart;
  }

  private static List<double[]> byRound(List<Double> losses, int first) {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < losses.size(); i++) {
      points.add(new double[] {first + i, losses.get(i)});
    }
    return points;
  }

  private static String valueLabel(GroupResult group) {
    return SeriesKey.parse(group.shown().series()).variable() + unit(group);
  }

  private static String unit(GroupResult group) {
    return group.unit().isEmpty() ? "" : " (" + group.unit() + ")";
  }

  private static String share(QuantileLevels levels, int interval) {
    double share = levels.get(levels.size() - 1 - interval) - levels.get(interval);
    return Math.round(100 * share) + " %";
  }

  private static String inWords(int steps, GroupResult group) {
    return words(group.config().grid().spacing().multipliedBy(steps));
  }

  private static String words(Duration duration) {
    if (duration.toSeconds() % 86_400 == 0) {
      return duration.toDays() == 1 ? "1 day" : duration.toDays() + " days";
    }
    if (duration.toSeconds() % 3600 == 0) {
      return duration.toHours() + " h";
    }
    return duration.toSeconds() % 60 == 0
        ? duration.toMinutes() + " min"
        : duration.toSeconds() + " s";
  }
}
