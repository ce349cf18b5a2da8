package io.tidecast.job.retrain;

import io.tidecast.job.Harnesses;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Windows of three steps, and what is said of them. */
abstract class WindowHarness {
  static final int MAX_PARALLELISM = 8;
  static final int MAX_GAP = 4;
  private static final Targets TARGETS = targets();
  KeyedOneInputStreamOperatorTestHarness<String, SeriesStep, SeriesWindow> harness;

  @BeforeEach
  void start() throws Exception {
    harness = open(1, null, 1, 0);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  private static Targets targets() {
    Map<String, Targets.Target> targets = new HashMap<>();
    targets.put("s", new Targets.Target("g", List.of()));
    targets.put("t", new Targets.Target("g", List.of("x", "y")));
    targets.put("u", new Targets.Target("g", List.of("x")));
    Stream.concat(
            Stream.of("a", "b", "c", "d", "e", "f"),
            IntStream.range(0, 40).mapToObj(number -> "s" + number))
        .forEach(name -> targets.put(name, new Targets.Target("g", List.of())));
    return new Targets(targets);
  }

  static KeyedOneInputStreamOperatorTestHarness<String, SeriesStep, SeriesWindow> open(
      double sample, OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
    return open(TARGETS, sample, state, parallelism, subtask);
  }

  /** Windows of three steps on a grid of ten milliseconds. */
  static KeyedOneInputStreamOperatorTestHarness<String, SeriesStep, SeriesWindow> open(
      Targets targets, double sample, OperatorSubtaskState state, int parallelism, int subtask)
      throws Exception {
    RetrainConfig config =
        new RetrainConfig(
            Duration.ofMillis(1000),
            Duration.ofMillis(10),
            Duration.ofMillis(1000),
            0,
            false,
            Duration.ZERO,
            0,
            3,
            3,
            Duration.ofMillis(1000),
            1_000,
            sample,
            1,
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            1);
    KeyedOneInputStreamOperatorTestHarness<String, SeriesStep, SeriesWindow> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new WindowFunction(new Grid.Fixed(10), config, MAX_GAP, targets)),
            SeriesStep::series,
            Types.STRING,
            MAX_PARALLELISM,
            parallelism,
            subtask);
    return Harnesses.open(harness, StoredTypes.SERIES_WINDOW, state);
  }

  void step(String series, long index, double value, float... beside) throws Exception {
    harness.processElement(
        new SeriesStep(series, "g", new ClosedStep(index, value, beside)), 10 * index);
  }

  List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      if (out instanceof StreamRecord<?> record
          && record.getValue() instanceof SeriesWindow window) {
        lines.add(
            "%s/%s to #%d known at %d: %d x %d %s @%d"
                    .formatted(
                        window.group(),
                        window.series(),
                        window.end(),
                        window.knownAt(),
                        window.steps(),
                        window.width(),
                        Arrays.toString(window.values()),
                        record.getTimestamp())
                + (window.amends() ? " amends" : "")
                + (window.base() == 0 ? "" : " above " + window.base()));
      } else if (out instanceof Watermark mark) {
        lines.add("watermark " + mark.getTimestamp());
      } else {
        lines.add(out.toString());
      }
    }
    harness.getOutput().clear();
    return lines;
  }
}
