package io.tidecast.job.offline;

import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.feed.GeneratedRegimeFeed;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * How many steps after a change for good is the live error back, with the test for drift and with
 * the schedule alone?
 *
 * <p>The story of {@code tidecast demo --scenario regime-change} without a stream: the policy, the
 * trainer and the forecaster of the job over the observations of its generated feed, in several
 * worlds. Back is the first half hour with at most 1.5 times the mean error of the four hours
 * before anything was wrong, as the demo has it. No build runs it, {@code job/BENCHMARKS.md} has
 * the command; the property {@code worlds} is their number, {@code tell} has every decision
 * printed.
 */
final class RecoveryBenchmark {
  private static final int STRETCH = 30;
  private static final int USUAL = 240;
  private static final double BACK = 1.5;
  private static final int AFTER = 900;

  @Test
  void liveErrorIsSoonerBackWithTheTestForDrift() throws Exception {
    ConfigFile file = ConfigFile.read(Path.of("src/main/dist/conf/regime-change.yaml"));
    int worlds = Integer.getInteger("worlds", 3);
    for (int seed = 1; seed <= worlds; seed++) {
      for (boolean drift : new boolean[] {true, false}) {
        JobConfig config =
            file.with("feed.seed", Integer.toString(seed))
                .with("retrain.drift", Boolean.toString(drift))
                .job();
        live(config, seed, drift, Boolean.getBoolean("tell"));
      }
    }
  }

  private static void live(JobConfig config, int seed, boolean drift, boolean tell)
      throws Exception {
    GeneratedRegimeFeed feed = (GeneratedRegimeFeed) config.anyFeed();
    Map.Entry<String, List<SeriesHistory>> group =
        SeriesHistory.byGroup(config, observations(feed, feed.changeAt() + AFTER))
            .entrySet()
            .iterator()
            .next();
    long end = group.getValue().stream().mapToLong(SeriesHistory::last).max().orElseThrow() + 1;
    OnlineReplay replay =
        OnlineReplay.of(
            config,
            new JobParts(config).trainer(),
            group.getKey(),
            group.getValue(),
            end,
            Phases.SILENT);
    ForecasterConfig how = config.groups().get(group.getKey());
    TreeMap<Long, double[]> errors = new TreeMap<>();
    for (SeriesHistory series : group.getValue()) {
      SeriesForecaster forecaster = new SeriesForecaster(how, 1);
      SeriesState state = forecaster.newState();
      for (SeriesStep step : series.steps()) {
        for (Evaluation evaluation :
            forecaster
                .step(state, step.step(), replay.serving(step.step().index()).orElse(null))
                .evaluations()) {
          double[] at = errors.computeIfAbsent(evaluation.end(), index -> new double[2]);
          at[0] += Arrays.stream(evaluation.count()).sum();
          for (double error : evaluation.absoluteError()) {
            at[1] += error;
          }
        }
      }
    }
    long start = how.grid().indexOf(feed.start().toEpochMilli());
    tell(feed, replay, errors, start, seed, drift, tell);
  }

  private static void tell(
      GeneratedRegimeFeed feed,
      OnlineReplay replay,
      TreeMap<Long, double[]> errors,
      long start,
      int seed,
      boolean drift,
      boolean tell) {
    long change = start + feed.changeAt();
    long good = start + Math.min(feed.corruptedFrom(), feed.changeAt());
    double before = mean(errors, good - USUAL, good);
    int back = 0;
    int stays = 0;
    StringBuilder path = new StringBuilder();
    for (int steps = STRETCH; steps <= AFTER; steps += STRETCH) {
      double ratio = mean(errors, change + steps - STRETCH, change + steps) / before;
      path.append(String.format(Locale.ROOT, " %.1f", ratio));
      back = back == 0 && ratio <= BACK ? steps : back;
      stays = ratio > BACK ? 0 : stays == 0 ? steps : stays;
    }
    System.out.printf(
        Locale.ROOT,
        "{\"world\":%d,\"drift\":%s,\"before\":%.3f,\"back\":%d,\"staysBack\":%d,\"path\":\"%s\"}%n",
        seed,
        drift,
        before,
        back,
        stays,
        path.toString().trim());
    if (tell) {
      for (Decision decision : replay.decisions()) {
        System.out.println(
            "  "
                + Instant.ofEpochMilli(decision.boundary())
                + " "
                + decision.outcome().kind().label()
                + " "
                + decision.outcome().reason());
      }
    }
  }

  /** Of the periods that end in (from, to]. */
  private static double mean(TreeMap<Long, double[]> errors, long from, long to) {
    double count = 0;
    double sum = 0;
    for (double[] at : errors.subMap(from, false, to, true).values()) {
      count += at[0];
      sum += at[1];
    }
    return sum / count;
  }

  private static List<ObservationRecord> observations(Feed feed, long steps) {
    List<ObservationRecord> observations = new ArrayList<>();
    Iterator<FeedRow> rows = feed.rows();
    GeneratedRegimeFeed regimes = (GeneratedRegimeFeed) feed;
    for (long i = 0; i < steps * regimes.pumps(); i++) {
      observations.add(rows.next().observation());
    }
    return observations;
  }
}
