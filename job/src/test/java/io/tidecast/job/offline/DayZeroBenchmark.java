package io.tidecast.job.offline;

import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.train.Cleaning;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * How long until a series that was never seen is forecast as well as one that is long known?
 *
 * <p>A model is trained on the first half of all series of a group but the last; it has never seen
 * that one, which then begins again and again in the second half, every {@value #APART} steps. Its
 * pinball losses by time since its beginning are held against those of the same series, by the same
 * model, with all its past; beside them the naives with all its past. No build runs it, {@code
 * job/BENCHMARKS.md} has the command; properties {@code config} and {@code data} are a
 * configuration and its data file.
 */
final class DayZeroBenchmark {
  private static final int APART = 101;

  /** Ends of the times since the beginning that are told apart, in steps. */
  private static final int[] UNTIL = {6, 12, 24, 48, 96, 168, 336, 504, 672};

  private ForecasterConfig config;
  private Stretch newcomer;
  private ForecastModel model;
  private int[] inside;
  private int[] scored;

  @Test
  void newcomerIsSoonForecastAsWellAsOneThatIsLongKnown() throws Exception {
    Path data = Path.of(System.getProperty("data"));
    JobConfig job = ConfigFile.read(Path.of(System.getProperty("config"))).withData(data).job();
    Map.Entry<String, List<SeriesHistory>> group =
        SeriesHistory.byGroup(job).entrySet().iterator().next();
    config = job.groups().get(group.getKey());
    List<Stretch> all =
        Cleaning.of(group.getValue().stream().map(SeriesHistory::toWindow).toList()).windows();
    newcomer = all.get(all.size() - 1);
    long middle = (newcomer.start() + newcomer.end()) / 2;
    List<Stretch> known =
        all.subList(0, all.size() - 1).stream().map(one -> until(one, middle)).toList();
    TrainingResult.Chosen chosen =
        (TrainingResult.Chosen)
            new Trainer(config, TrainingConfig.DEFAULT)
                .choose(
                    known, new TrainingRun(group.getKey(), 1, 1, "bench"), TrainingListener.NONE);
    model = chosen.model();
    print(data.getFileName().toString(), middle);
  }

  private static Stretch until(Stretch stretch, long end) {
    int rows = (int) Math.max(0, Math.min(stretch.values().length, end - stretch.start() + 1));
    float[][] values = Arrays.copyOf(stretch.values(), rows);
    return new Stretch(stretch.series(), stretch.start() + rows - 1, values);
  }

  private void print(String name, long middle) {
    double[][] warm = losses(newcomer.start(), newcomer.end(), model);
    double[][] naive = losses(newcomer.start(), newcomer.end(), null);
    double[][] sums = new double[3][UNTIL.length];
    inside = new int[UNTIL.length];
    scored = new int[UNTIL.length];
    int longest = UNTIL[UNTIL.length - 1];
    int beginnings = 0;
    for (long first = middle + 1; first + longest < newcomer.end(); first += APART) {
      double[][] fresh = losses(first, first + longest, model);
      count(first, first + longest);
      beginnings++;
      for (int i = 0; i < longest; i++) {
        int at = (int) (first + i - newcomer.start());
        // the same targets of both: those of forecasts made since the beginning
        add(sums, i, fresh[i], warm[at], naive[at]);
      }
    }
    List<String> ratios = new ArrayList<>();
    for (int i = 0; i < UNTIL.length; i++) {
      ratios.add(
          String.format(
              Locale.ROOT,
              "\"%d\":[%.3f,%.3f]",
              UNTIL[i],
              sums[0][i] / sums[1][i],
              sums[2][i] / sums[1][i]));
    }
    List<String> coverage = new ArrayList<>();
    for (int i = 0; i < UNTIL.length; i++) {
      double share = inside[i] / (double) scored[i];
      coverage.add(String.format(Locale.ROOT, "\"%d\":%.3f", UNTIL[i], share));
    }
    System.out.printf(
        "{\"data\":\"%s\",\"beginnings\":%d,\"lossOverWarmAndOfNaives\":{%s},"
            + "\"widestIntervalHolds\":{%s}}%n",
        name, beginnings, String.join(",", ratios), String.join(",", coverage));
  }

  /** Targets inside the widest interval of a newcomer, by time since its beginning. */
  private void count(long first, long last) {
    evaluations(
        first,
        last,
        model,
        evaluation -> {
          int bucket = 0;
          while (bucket < UNTIL.length && evaluation.end() - first >= UNTIL[bucket]) {
            bucket++;
          }
          for (int h = 0; h < config.horizon() && bucket < UNTIL.length; h++) {
            inside[bucket] += evaluation.inside()[0][h];
            scored[bucket] += evaluation.count()[h];
          }
        });
  }

  /** All leads that were scored by then. */
  private static void add(
      double[][] sums, int since, double[] fresh, double[] warm, double[] naive) {
    int bucket = 0;
    while (since >= UNTIL[bucket]) {
      bucket++;
    }
    for (int h = 0; h < fresh.length; h++) {
      if (!Double.isNaN(fresh[h]) && !Double.isNaN(warm[h]) && !Double.isNaN(naive[h])) {
        sums[0][bucket] += fresh[h];
        sums[1][bucket] += warm[h];
        sums[2][bucket] += naive[h];
      }
    }
  }

  /** By step from {@code first} on, and lead: loss; NaN where nothing was scored. */
  private double[][] losses(long first, long last, ForecastModel serves) {
    double[][] losses = new double[(int) (last - first + 1)][config.horizon()];
    for (double[] of : losses) {
      Arrays.fill(of, Double.NaN);
    }
    evaluations(
        first,
        last,
        serves,
        evaluation -> {
          double[] at = losses[(int) (evaluation.end() - first)];
          for (int h = 0; h < at.length; h++) {
            if (evaluation.count()[h] > 0) {
              at[h] = (Double.isNaN(at[h]) ? 0 : at[h]) + evaluation.pinball()[h];
            }
          }
        });
    return losses;
  }

  private void evaluations(
      long first, long last, ForecastModel serves, Consumer<Evaluation> found) {
    SeriesForecaster forecaster = new SeriesForecaster(config, 1);
    SeriesState state = forecaster.newState();
    for (long index = first; index <= last; index++) {
      float[] row = newcomer.values()[(int) (index - newcomer.start())];
      float[] beside = Arrays.copyOfRange(row, 1, row.length);
      ClosedStep step = new ClosedStep(index, row[0], beside);
      forecaster.step(state, step, serves).evaluations().forEach(found);
    }
  }
}
