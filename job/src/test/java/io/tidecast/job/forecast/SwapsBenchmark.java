package io.tidecast.job.forecast;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.record.Format;
import io.tidecast.job.Harnesses;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

/**
 * Does a year of weekly swaps leave anything behind: in the state of a series, in memory, in what a
 * step costs?
 *
 * <p>The operator of the job with 200 series, or as many as the property {@code series} says, a
 * swap every {@value #STEPS} steps, which is often; fifty swaps forward, then ten times back to the
 * version before. Prints a line for every ten: bytes of a checkpoint per series, resident memory of
 * the process (Linux) after a collection, and microseconds per step, the replays of the swaps
 * included. Takes about a minute; no build runs it, {@code job/BENCHMARKS.md} has the command.
 */
final class SwapsBenchmark {
  private static final int STEPS = 24;
  private static final ForecasterConfig CONFIG =
      ForecasterConfig.of(Duration.ofHours(1), 24, 24, 0);

  private final ForecastModel first = trained();
  private final KeyedTwoInputStreamOperatorTestHarness<String, SeriesStep, GroupNotice, KeyedBytes>
      harness;
  private final MailboxExecutorImpl mailbox;
  private final int series = Integer.getInteger("series", 200);
  private long hour;
  private long stepped;
  private long started;

  SwapsBenchmark() throws Exception {
    ForecastOperator operator =
        new ForecastOperator(
            new ForecastOperator.Config(
                CONFIG.grid(),
                Map.of("g", CONFIG),
                24,
                10_000,
                3 * STEPS,
                0,
                1_000_000,
                new Targets(Map.of("g", new Targets.Target("g", List.of()))),
                Format.JSON),
            Champions.NONE);
    harness =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            operator, SeriesStep::series, null, Types.STRING, 8, 1, 0);
    harness.setStateBackend(new HashMapStateBackend());
    mailbox =
        new MailboxExecutorImpl(harness.getTaskMailbox(), 0, StreamTaskActionExecutor.IMMEDIATE);
    operator.setMailboxExecutor(mailbox);
    Harnesses.open(harness, TypeInformation.of(KeyedBytes.class), null);
  }

  @Test
  void swapsLeaveNothingBehind() throws Exception {
    serve(first, 2 * CONFIG.history());
    for (int swap = 1; swap <= 50; swap++) {
      if (swap % 10 == 1) {
        begin();
      }
      serve(ForecastOperatorHarness.version(first, swap), STEPS);
      if (swap % 10 == 0) {
        print(swap + " swaps");
      }
    }
    begin();
    for (int swap = 51; swap <= 60; swap++) {
      serve(ForecastOperatorHarness.version(first, swap), STEPS);
      rollBack(ForecastOperatorHarness.version(first, 50));
    }
    print("10 rollbacks");
  }

  private void serve(ForecastModel model, int steps) throws Exception {
    serve(
        new Outcome.Promoted(model.version(), ModelArtifact.write(model), "", Outcome.Losses.NONE),
        model,
        steps);
  }

  private void rollBack(ForecastModel model) throws Exception {
    serve(
        new Outcome.RolledBack(
            model.version(), ModelArtifact.write(model), "", Outcome.Losses.NONE),
        model,
        STEPS);
  }

  /** That a model serves from the next step on, and so many steps. */
  private void serve(Outcome outcome, ForecastModel model, int steps) throws Exception {
    long from = (hour + 1) * CONFIG.grid().spacing().toMillis();
    long before = (hour + steps + 1) * CONFIG.grid().spacing().toMillis();
    harness.processElement2(
        new StreamRecord<>(
            new Decision(
                "g", from - 1, from, before, outcome, model.version(), "", Decision.Basis.NONE)));
    for (int i = 0; i < steps; i++) {
      hour++;
      long end = CONFIG.grid().end(hour);
      for (int number = 0; number < series; number++) {
        ClosedStep step = new ClosedStep(hour, value(number, hour), new float[0]);
        harness.processElement1(
            new StreamRecord<>(new SeriesStep("s" + number + "/g", "g", step), end));
      }
      while (mailbox.tryYield()) {
        // the next slice
      }
      harness.processWatermark1(new Watermark(end));
      harness.processWatermark2(new Watermark(end));
      stepped += series;
      harness.getOutput().clear();
      for (OutputTag<KeyedBytes> side :
          List.of(ForecastOperator.EVALUATIONS, ForecastOperator.ANOMALIES)) {
        Optional.ofNullable(harness.getSideOutput(side)).ifPresent(Collection::clear);
      }
    }
  }

  private void begin() {
    stepped = 0;
    started = System.nanoTime();
  }

  private void print(String after) throws Exception {
    double micros = (System.nanoTime() - started) * 1e-3 / stepped;
    long bytes = harness.snapshot(1, 1).getStateSize() / series;
    System.gc();
    System.out.printf(
        Locale.ROOT,
        "{\"bench\":\"swaps\",\"after\":\"%s\",\"series\":%d,\"bytesPerSeries\":%d,"
            + "\"residentMegabytes\":%d,\"microsPerStep\":%.1f}%n",
        after,
        series,
        bytes,
        resident(),
        micros);
  }

  private static long resident() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(-1);
  }

  private static float value(int series, long hour) {
    double day = Math.sin(2 * Math.PI * (hour + series) / 24);
    return (float) (50 + 10 * day + (hour * 7919 + series * 31L) % 13 / 3.0);
  }

  private static ForecastModel trained() {
    float[][] rows = new float[900][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[] {value(0, i)};
    }
    TrainingResult result =
        new Trainer(CONFIG, TrainingConfig.DEFAULT)
            .choose(
                List.of(new Stretch("s", rows.length, rows)),
                new TrainingRun("g", 1, 1, "bench"),
                TrainingListener.NONE);
    return ((TrainingResult.Chosen) result).model();
  }
}
