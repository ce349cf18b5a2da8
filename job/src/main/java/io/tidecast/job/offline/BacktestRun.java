package io.tidecast.job.offline;

import io.tidecast.job.JobParts;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.config.SeriesSection;
import io.tidecast.job.state.Decision;
import io.tidecast.model.CellConfig;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.eval.Backtest;
import io.tidecast.model.eval.Measure;
import io.tidecast.model.eval.Method;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingReport;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * A backtest of every model group of a configuration on a file: Tidecast, what is left of it
 * without some part, its second member alone, and the baselines, all over the same origins.
 */
public final class BacktestRun {
  public static final String TIDECAST = "tidecast";
  static final String LINEAR = "linear map";

  /** A random walk has no linear map: its changes in units of the running volatility. */
  static final String VOLATILITY = "volatility alone";

  /** Where the models come from. */
  public enum Mode {
    /** Trained on the first part, chosen on the second, and left alone. */
    FROZEN,
    /** Test-then-train: the epochs of the configuration, as in the job. */
    ONLINE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is asked for.
   *
   * @param split 60, 20 and 20 per cent if null
   * @param ablate each gives one more row
   * @param stride steps from one origin that counts to the next
   * @param forecasts file that all forecasts that count are written to; null for none
   * @param against file of forecasts made elsewhere, one more row; null for none
   */
  public record Options(
      ConfigFile config,
      SplitRows split,
      Mode mode,
      Set<Part> ablate,
      int stride,
      Path forecasts,
      Path against) {

    /** Every origin counts; nothing is written, and nothing stands beside. */
    public Options(ConfigFile config, SplitRows split, Mode mode, Set<Part> ablate) {
      this(config, split, mode, ablate, 1, null, null);
    }
  }

  private final Options options;
  private final JobConfig job;
  private final Phases phases;

  public BacktestRun(Options options, Phases phases) {
    this.options = options;
    this.job = options.config().job();
    this.phases = phases;
  }

  /** Runs it; one result per group. */
  public List<GroupResult> results() throws IOException {
    List<GroupResult> results = new ArrayList<>();
    for (Map.Entry<String, List<SeriesHistory>> group : SeriesHistory.byGroup(job).entrySet()) {
      results.add(new GroupRun(group.getKey(), group.getValue()).result());
    }
    return results;
  }

  /** One group. */
  private final class GroupRun {
    private final String group;
    private final List<SeriesHistory> histories;
    private final List<Stretch> series;
    private final ForecasterConfig config;
    private final Backtest.Split split;
    private final Backtest backtest;
    private final List<Backtest.Result> results = new ArrayList<>();
    private final Map<String, TrainingReport> trainings = new LinkedHashMap<>();
    private final Map<String, List<Decision>> decisions = new LinkedHashMap<>();
    private final List<Forecast> shown = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<Method> foreign;

    private GroupRun(String group, List<SeriesHistory> histories) throws IOException {
      this.group = group;
      this.histories = histories;
      series = windows(histories);
      config = job.groups().get(group);
      split =
          (options.split() == null ? SplitRows.of(job.fileFeed().file(), series) : options.split())
              .on(series);
      backtest = new Backtest(config, split, options.stride());
      long test = split.end() - split.testStart();
      if (test < config.horizon()) {
        throw new IllegalArgumentException(
            "forecast.horizon: "
                + config.horizon()
                + "; accepted: at most the "
                + test
                + " steps of the test part");
      }
      // before what takes long
      foreign = options.against() == null ? List.of() : List.of(foreign(options.against()));
    }

    private static List<Stretch> windows(List<SeriesHistory> histories) {
      return histories.stream().map(SeriesHistory::toWindow).toList();
    }

    private GroupResult result() throws IOException {
      remarks.addAll(backtest.remarks(series));
      LongFunction<Optional<ForecastModel>> serving =
          serving(TIDECAST, job, histories).orElse(origin -> Optional.empty());
      scoreItself(Method.online(TIDECAST, config, serving));
      List<Backtest.Result> rivals = new ArrayList<>();
      foreign.forEach(method -> rivals.add(score(backtest, method, series)));
      for (Part part : options.ablate()) {
        ablate(part, serving);
      }
      if (config.cell().kind() != CellConfig.Kind.NONE) {
        String name = config.transform().isRandomWalk() ? VOLATILITY : LINEAR;
        retrained(name, options.config().with("model.cell", "none").job(), histories);
      }
      Method.baselines(config, split.validationStart()).stream()
          .map(baseline -> score(backtest, baseline, series))
          .min(Comparator.comparingDouble(result -> result.total().get(Measure.SCALED_CRPS)))
          .ifPresent(rivals::add);
      return new GroupResult(
          group,
          unit(),
          config,
          split,
          results,
          rivals,
          trainings,
          decisions,
          remarks,
          series.get(0),
          shown);
    }

    private Method foreign(Path file) throws IOException {
      Map<String, Map<Long, double[][]>> forecasts =
          ForecastRows.read(file, config.grid(), config.levels(), config.horizon());
      return new Foreign(file.getFileName().toString(), forecasts);
    }

    /** Writes what it forecasts as well, if that is asked for. */
    private void scoreItself(Method method) throws IOException {
      if (options.forecasts() == null) {
        score(backtest, method, series, new Shown((name, forecast, targets) -> {}));
        return;
      }
      Path file = options.forecasts();
      if (job.groups().size() > 1) {
        file = file.resolveSibling(group + "-" + file.getFileName());
      }
      try (ForecastRows rows =
          new ForecastRows(Files.newBufferedWriter(file), config.grid(), config.levels())) {
        score(backtest, method, series, new Shown(rows::add));
      }
    }

    private String unit() {
      SeriesSection all = job.series();
      return all.targets().stream()
          .filter(target -> all.groupsOf(target).contains(group))
          .map(target -> all.variable(target).unit())
          .findFirst()
          .orElseThrow();
    }

    private void ablate(Part part, LongFunction<Optional<ForecastModel>> serving) {
      String name = TIDECAST + " without " + part;
      if (part == Part.COVARIATES) {
        JobConfig alone = options.config().withoutCovariates().job();
        retrained(name, alone, SeriesHistory.byGroup(alone).get(group));
      } else {
        score(backtest, Method.online(name, config, serving, part.ablation()), series);
      }
    }

    private void retrained(String name, JobConfig how, List<SeriesHistory> on) {
      ForecasterConfig other = how.groups().get(group);
      serving(name, how, on)
          .ifPresent(
              serving ->
                  score(
                      new Backtest(other, split, options.stride()),
                      Method.online(name, other, serving),
                      windows(on)));
    }

    /** Empty with a remark if nothing could be trained. */
    private Optional<LongFunction<Optional<ForecastModel>>> serving(
        String name, JobConfig how, List<SeriesHistory> on) {
      return switch (options.mode()) {
        case FROZEN -> train(name, how.groups().get(group), windows(on));
        case ONLINE -> {
          OnlineReplay replay =
              OnlineReplay.of(how, new JobParts(how).trainer(), group, on, split.end(), phases);
          decisions.put(name, replay.decisions());
          yield Optional.of(replay::serving);
        }
      };
    }

    private Optional<LongFunction<Optional<ForecastModel>>> train(
        String name, ForecasterConfig how, List<Stretch> on) {
      TrainingRun run = new TrainingRun(group, 1, job.retrain().seed(), JobParts.version());
      try (TrainingProgress progress = new TrainingProgress(phases, "training " + name)) {
        TrainingConfig.Parts parts = new TrainingConfig.Parts(backtest.validationShare(on), 0);
        Trainer trainer = new Trainer(how, new JobParts(job).recipe().with(parts));
        TrainingResult result = trainer.choose(backtest.seen(on), run, progress);
        if (result instanceof TrainingResult.Failed failed) {
          remarks.add(remark(name, failed));
          return Optional.empty();
        }
        trainings.put(name, result.report());
        TrainingResult.Chosen chosen = (TrainingResult.Chosen) result;
        return Optional.of(backtest.frozen(chosen.model(), trainer.complete(chosen, progress)));
      }
    }

    /** What is too short to be trained on is forecast without a model, as it would be online. */
    private String remark(String name, TrainingResult.Failed failed) {
      String words = "training of " + name + " for group " + group + " failed: " + failed.reason();
      if (!name.equals(TIDECAST)) {
        return words;
      }
      if (!failed.isTooShort()) {
        throw new IllegalArgumentException(words);
      }
      return words + "; it forecasts without a model";
    }

    private Backtest.Result score(Backtest on, Method method, List<Stretch> of) {
      return score(on, method, of, (name, forecast, targets) -> {});
    }

    private Backtest.Result score(Backtest on, Method method, List<Stretch> of, Scored seen) {
      try (Phases.Phase phase = phases.begin("scoring " + method.name(), on.steps(of))) {
        Backtest.Result result = on.score(method, of, new Pass(phase, seen));
        results.add(result);
        return result;
      }
    }

    /** Keeps forecasts of the first series for the picture. */
    private final class Shown implements Scored {
      private final Scored next;

      private Shown(Scored next) {
        this.next = next;
      }

      @Override
      public void take(String name, Forecast forecast, float[] targets) {
        if (name.equals(series.get(0).series()) && lastHasEnded(forecast.origin())) {
          shown.add(forecast);
        }
        next.take(name, forecast, targets);
      }

      private boolean lastHasEnded(long origin) {
        return shown.isEmpty() || origin >= shown.get(shown.size() - 1).origin() + config.horizon();
      }
    }
  }

  /** Takes a forecast that counts, and its targets. */
  private interface Scored {
    void take(String name, Forecast forecast, float[] targets);
  }

  /** Shows how far a pass has come. */
  private static final class Pass implements Backtest.Observer {
    private final Phases.Phase phase;
    private final Scored seen;
    private long steps;

    private Pass(Phases.Phase phase, Scored seen) {
      this.phase = phase;
      this.seen = seen;
    }

    @Override
    public void stepped(int more) {
      steps += more;
      phase.at(steps, "");
    }

    @Override
    public void scored(String name, Forecast forecast, float[] targets) {
      seen.take(name, forecast, targets);
    }
  }
}
