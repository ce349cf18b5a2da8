package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.job.Harnesses;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import io.tidecast.model.Grid;
import io.tidecast.model.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Ingest in a harness: two targets on steps of ten milliseconds. */
abstract class IngestHarness {
  static final int MAX_PARALLELISM = 8;
  static final long APPENDED = 1_000_000;
  static final long MAX_FUTURE = 1_000;
  static final long MAX_OUT_OF_ORDER = 20;

  /** Steps of ten milliseconds; two targets, the first with a covariate; limits for two. */
  static final IngestConfig CONFIG =
      new IngestConfig(
          new Grid.Fixed(10),
          List.of("temperature", "wind"),
          Map.of("temperature", List.of("dew"), "wind", List.of()),
          Map.of("temperature", "air", "wind", "wind"),
          Targets.Streams.NONE,
          Map.of("temperature", new Limits(-60, 60), "dew", new Limits(-80, 40)),
          MAX_OUT_OF_ORDER,
          MAX_FUTURE,
          FutureColumns.NONE);

  OneInputStreamOperatorTestHarness<RawRecord, SeriesObservation> harness;
  long offset;

  @BeforeEach
  void start() throws Exception {
    open(null, 1, 0);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  void open(OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(new IngestFunction(CONFIG)),
            MAX_PARALLELISM,
            parallelism,
            subtask);
    Harnesses.open(harness, StoredTypes.SERIES_OBSERVATION, state);
  }

  void record(int partition, String value) throws Exception {
    record(partition, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  void record(int partition, byte[] bytes) throws Exception {
    harness.processElement(
        new StreamRecord<>(
            new RawRecord("topic", partition, offset++, APPENDED, new byte[] {9}, bytes), 5));
  }

  void wind(int partition, long time, double value) throws Exception {
    record(
        partition,
        "{\"stream\":\"p%d\",\"time\":%s,\"values\":{\"wind\":%s}}"
            .formatted(partition, time(time), value));
  }

  /** As text: small numbers would be read as seconds. */
  static String time(long millis) {
    return '"' + Instant.ofEpochMilli(millis).toString() + '"';
  }

  List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      SeriesObservation seen = (SeriesObservation) ((StreamRecord<?>) out).getValue();
      lines.add(
          "%s/%s at %d: %s %s from %d-%d"
              .formatted(
                  seen.group(),
                  seen.series(),
                  seen.time(),
                  seen.value(),
                  Arrays.toString(seen.covariates()),
                  seen.partition(),
                  seen.offset()));
    }
    harness.getOutput().clear();
    return lines;
  }

  List<DeadLetter> deadLetters() {
    Queue<StreamRecord<DeadLetter>> letters = harness.getSideOutput(IngestFunction.DEAD_LETTERS);
    return letters == null ? List.of() : letters.stream().map(StreamRecord::getValue).toList();
  }

  List<String> reasons() {
    return deadLetters().stream().map(DeadLetter::reason).toList();
  }

  List<Long> passed() {
    List<Long> passed =
        harness.extractOutputValues().stream().map(SeriesObservation::passed).toList();
    harness.getOutput().clear();
    return passed;
  }
}
