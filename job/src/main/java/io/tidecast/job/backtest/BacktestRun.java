package io.tidecast.job.backtest;

import io.tidecast.job.config.JobConfig;
import io.tidecast.model.CellConfig;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecastModel;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.eval.Backtest;
import io.tidecast.model.eval.Method;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingReport;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.train.TrainingWindow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A backtest of every model group of a configuration on a file: Tidecast, what is left of it
 * without some part, the linear map alone, and the baselines, all over the same origins.
 */
public final class BacktestRun {
  static final String TIDECAST = "tidecast";
  static final String LINEAR = "linear map";

  /**
   * What is asked for.
   *
   * @param data takes the place of the file of the configuration's feed
   * @param split 60, 20 and 20 per cent if absent
   * @param ablate each gives one more row
   */
  public record Options(
      JobConfig config, Optional<Path> data, Optional<SplitRows> split, Set<Part> ablate) {}

  private final Options options;
  private final Phases phases;

  public BacktestRun(Options options, Phases phases) {
    this.options = options;
    this.phases = phases;
  }

  /** Runs it; one result per group. */
  List<GroupResult> results() {
    Map<String, List<TrainingWindow>> groups = groups(options.config());
    List<GroupResult> results = new ArrayList<>();
    groups.forEach((group, series) -> results.add(new GroupRun(group, series).result()));
    return results;
  }

  private Map<String, List<TrainingWindow>> groups(JobConfig config) {
    Map<String, List<TrainingWindow>> groups = new TreeMap<>();
    for (SeriesHistory history : SeriesHistory.read(config, options.data())) {
      groups.computeIfAbsent(history.group(), group -> new ArrayList<>()).add(history.toWindow());
    }
    if (groups.isEmpty()) {
      throw new IllegalArgumentException(
          "series.targets: "
              + config.series().targets()
              + "; accepted: variables that the feed has values of");
    }
    return groups;
  }

  /** One group. */
  private final class GroupRun {
    private final String group;
    private final List<TrainingWindow> series;
    private final ForecasterConfig config;
    private final Backtest.Split split;
    private final Backtest backtest;
    private final List<Backtest.Result> results = new ArrayList<>();
    private final Map<String, TrainingReport> trainings = new LinkedHashMap<>();
    private final List<Forecast> shown = new ArrayList<>();

    private GroupRun(String group, List<TrainingWindow> series) {
      this.group = group;
      this.series = series;
      config = options.config().groups().get(group);
      split = options.split().orElseGet(() -> SplitRows.of(series)).on(series);
      backtest = new Backtest(config, split);
      if (split.end() - split.testStart() < config.horizon()) {
        throw new IllegalArgumentException(
            "forecast.horizon: "
                + config.horizon()
                + "; accepted: at most the "
                + (split.end() - split.testStart())
                + " steps of the test part");
      }
    }

    private GroupResult result() {
      ForecastModel model = train(TIDECAST, config, series);
      results.add(score(backtest, backtest.online(TIDECAST, model), series, this::keepShown));
      for (Part part : options.ablate()) {
        ablate(part, model);
      }
      if (config.cell().kind() != CellConfig.Kind.NONE && model.highway().isPresent()) {
        linearMap();
      }
      for (Method baseline : Method.baselines(config, split.validationStart())) {
        results.add(score(backtest, baseline, series, forecast -> {}));
      }
      return new GroupResult(group, config, split, results, trainings, series.get(0), shown);
    }

    private void keepShown(Forecast forecast) {
      boolean due =
          shown.isEmpty()
              || forecast.origin() >= shown.get(shown.size() - 1).origin() + config.horizon();
      if (due) {
        shown.add(forecast);
      }
    }

    private void ablate(Part part, ForecastModel model) {
      String name = TIDECAST + " without " + part;
      if (part == Part.COVARIATES) {
        JobConfig alone = options.config().withoutCovariates();
        trainAndScore(name, alone.groups().get(group), groups(alone).get(group));
      } else {
        Method method = backtest.online(name, part.off(config.ablation()), model);
        results.add(score(backtest, method, series, forecast -> {}));
      }
    }

    private void linearMap() {
      JobConfig linear = options.config().withCell(CellConfig.Kind.NONE);
      trainAndScore(LINEAR, linear.groups().get(group), series);
    }

    private void trainAndScore(String name, ForecasterConfig how, List<TrainingWindow> on) {
      Backtest other = new Backtest(how, split);
      ForecastModel model = train(name, how, on);
      results.add(score(other, other.online(name, model), on, forecast -> {}));
    }

    private ForecastModel train(String name, ForecasterConfig how, List<TrainingWindow> on) {
      TrainingRun run =
          new TrainingRun(group, 1, options.config().retrain().seed(), JobConfig.version());
      TrainingProgress progress = new TrainingProgress(phases, "training " + name);
      try (progress) {
        TrainingResult result =
            new Backtest(how, split).train(on, TrainingConfig.DEFAULT, run, progress);
        if (result instanceof TrainingResult.Failed failed) {
          throw new IllegalStateException(
              "training of " + name + " for group " + group + " failed: " + failed.reason());
        }
        trainings.put(name, result.report());
        return ((TrainingResult.Trained) result).model();
      }
    }

    private Backtest.Result score(
        Backtest on, Method method, List<TrainingWindow> of, ForecastSink firstSeries) {
      try (Phases.Phase phase = phases.begin("scoring " + method.name(), on.steps(of))) {
        return on.score(
            method,
            of,
            new Backtest.Observer() {
              private long steps;

              @Override
              public void stepped(int more) {
                steps += more;
                phase.at(steps, "");
              }

              @Override
              public void scored(String name, Forecast forecast) {
                if (name.equals(of.get(0).series())) {
                  firstSeries.take(forecast);
                }
              }
            });
      }
    }
  }

  private interface ForecastSink {
    void take(Forecast forecast);
  }
}
