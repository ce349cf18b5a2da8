package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.job.Harnesses;
import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A step function, what is put into it and what comes out. */
abstract class StepFunctionHarness {
  static final int MAX_PARALLELISM = 8;
  static final long TTL = 1_000;

  /** Steps that an observation may come late. */
  int reach;

  KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> harness;

  @BeforeEach
  void start() throws Exception {
    harness = open(Aggregation.LAST, null, 1, 0);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> open(
      Aggregation aggregation, OperatorSubtaskState state, int parallelism, int subtask)
      throws Exception {
    KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new StepFunction(
                    new Grid.Fixed(10),
                    aggregation,
                    Duration.ofMillis(TTL),
                    reach,
                    SourceTopics.of("topic"))),
            SeriesObservation::series,
            Types.STRING,
            MAX_PARALLELISM,
            parallelism,
            subtask);
    return Harnesses.open(harness, StoredTypes.SERIES_STEP, state);
  }

  static SeriesObservation observation(String series, long time, double value, float... beside) {
    return new SeriesObservation(
        series, "g", time, value, beside, false, true, Long.MIN_VALUE, 7, 3, 77);
  }

  /** One of a partition that had gone past a step; its records are not keyed unless told so. */
  void observe(long time, double value, long passed, boolean isKeyed, long offset)
      throws Exception {
    harness.processElement(
        new SeriesObservation(
            "s", "g", time, value, new float[0], false, isKeyed, passed, 100 + offset, 3, offset),
        time);
  }

  void reach(int steps, Aggregation aggregation) throws Exception {
    reach = steps;
    harness.close();
    harness = open(aggregation, null, 1, 0);
  }

  void observe(String series, long time, double value, float... beside) throws Exception {
    harness.processElement(observation(series, time, value, beside), time);
  }

  /** One that ends its step. */
  void end(String series, long time, float value) throws Exception {
    harness.processElement(
        new SeriesObservation(
            series, "g", time, value, new float[0], true, true, Long.MIN_VALUE, 7, 3, 77),
        time);
  }

  void restore() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = open(Aggregation.LAST, state, 1, 0);
  }

  /** Every step and watermark in order, what went to the side, and what is left. */
  List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      if (out instanceof StreamRecord<?> record && record.getValue() instanceof SeriesStep step) {
        ClosedStep closed = step.step();
        lines.add(
            "%s/%s #%d %s %s @%d"
                    .formatted(
                        step.group(),
                        step.series(),
                        closed.index(),
                        closed.value(),
                        Arrays.toString(closed.covariates()),
                        record.getTimestamp())
                + amended(step));
      } else if (out instanceof Watermark mark) {
        lines.add("watermark " + mark.getTimestamp());
      } else {
        lines.add(out.toString());
      }
    }
    harness.getOutput().clear();
    return lines;
  }

  static String amended(SeriesStep step) {
    StringBuilder text = new StringBuilder(step.knownAt() == step.step().index() ? "" : " late");
    if (!step.past().isEmpty()) {
      text.append(" amends ").append(step.past().amended()).append(" of");
      step.past()
          .steps()
          .forEach(s -> text.append(' ').append(s.index()).append('=').append(s.value()));
    }
    return text.toString();
  }

  List<DeadLetter> late() {
    Queue<StreamRecord<DeadLetter>> late = harness.getSideOutput(StepFunction.LATE);
    return late == null ? List.of() : late.stream().map(StreamRecord::getValue).toList();
  }

  /** Of so many series how far they have closed, and the timers that drop that. */
  void assertOnlyProgressIsLeft(int series) {
    assertEquals(series, harness.numKeyedStateEntries());
    assertEquals(series, harness.numEventTimeTimers());
    assertEquals(0, harness.numProcessingTimeTimers());
  }
}
