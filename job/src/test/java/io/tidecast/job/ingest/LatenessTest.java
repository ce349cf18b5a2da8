package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.metrics.MetricRegistry;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Records of several partitions, out of order, twice and late, read at any pace: what the steps
 * have come to in the end is what they come to in order, and what came out when does not depend on
 * the pace.
 */
class LatenessTest {
  private static final int PARTITIONS = 3;
  private static final int REACH = 20;
  private static final int STEPS = 300;
  private static final Grid GRID = new Grid.Fixed(10);

  private record Sent(long time, float value, double at, int partition, long offset) {}

  /** Three readings a step at most, as late as 1.5 steps, a few up to 15 steps. */
  private static List<Sent> sent(long seed, boolean keyed) {
    Random random = new Random(seed);
    List<double[]> rows = new ArrayList<>();
    for (int time = 1; time <= 10 * STEPS; time++) {
      if (random.nextInt(4) == 0) {
        double late = random.nextInt(12) == 0 ? 150 : 15;
        double at = time + late * random.nextDouble();
        rows.add(new double[] {time, random.nextInt(100), at});
        if (random.nextInt(15) == 0) {
          rows.add(new double[] {time, random.nextInt(100), at + 20 * random.nextDouble()});
        }
      }
    }
    rows.sort(Comparator.comparingDouble(row -> row[2]));
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      double[] row = rows.get(i);
      sent.add(
          new Sent((long) row[0], (float) row[1], row[2], keyed ? 0 : i % PARTITIONS, sent.size()));
    }
    return sent;
  }

  /** The order in which they are read: each partition in its own. */
  private static List<Sent> read(List<Sent> sent, Random pace) {
    List<List<Sent>> partitions = new ArrayList<>();
    for (int p = 0; p < PARTITIONS; p++) {
      int own = p;
      partitions.add(new ArrayList<>(sent.stream().filter(s -> s.partition == own).toList()));
    }
    List<Sent> read = new ArrayList<>();
    while (read.size() < sent.size()) {
      List<Sent> next = partitions.get(pace.nextInt(PARTITIONS));
      for (int left = pace.nextInt(30); left > 0 && !next.isEmpty(); left--) {
        read.add(next.remove(0));
      }
    }
    return read;
  }

  private static List<String> steps(
      List<Sent> sent, boolean keyed, int outOfOrder, Aggregation aggregation, Random pace)
      throws Exception {
    long[] reached = new long[keyed ? 1 : PARTITIONS];
    java.util.Arrays.fill(reached, Long.MIN_VALUE / 2);
    Map<String, Counter> counters = new TreeMap<>();
    KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new StepFunction(
                    GRID, aggregation, Duration.ofDays(1), REACH, SourceTopics.of("topic"))),
            SeriesObservation::series,
            Types.STRING,
            counting(counters));
    try {
      harness.setup(
          StoredTypes.SERIES_STEP.createSerializer(
              harness.getExecutionConfig().getSerializerConfig()));
      harness.open();
      for (Sent one : read(sent, pace)) {
        long before = reached[one.partition];
        long passed = before < 0 ? Long.MIN_VALUE : GRID.lastEndedBy(before - outOfOrder - 1);
        reached[one.partition] = Math.max(before, one.time);
        harness.processElement(
            new SeriesObservation(
                "s/v",
                "g",
                one.time,
                one.value,
                new float[0],
                keyed && one.time % 10 == 0,
                keyed,
                passed,
                (long) (1000 * one.at),
                one.partition,
                one.offset),
            one.time);
        long watermark = java.util.Arrays.stream(reached).min().getAsLong() - outOfOrder - 1;
        if (watermark > 0 && pace.nextInt(4) == 0) {
          harness.processWatermark(watermark);
        }
      }
      harness.processWatermark(Long.MAX_VALUE);
      assertEquals(null, harness.getSideOutput(StepFunction.LATE));
      long accounted =
          Stream.of(Metrics.STEPPED, Metrics.REPLACED, Metrics.CORRECTED, Metrics.LATE)
              .mapToLong(name -> counters.get(name).getCount())
              .sum();
      assertEquals(sent.size(), accounted, "every value is one of these");
      return harness.extractOutputValues().stream().map(LatenessTest::text).toList();
    } finally {
      harness.close();
    }
  }

  /** An environment whose counters are seen. */
  private static MockEnvironment counting(Map<String, Counter> counters) {
    MetricRegistry registry =
        TestingMetricRegistry.builder()
            .setRegisterConsumer(
                (metric, name, group) -> {
                  if (metric instanceof Counter counter) {
                    counters.put(name, counter);
                  }
                })
            .build();
    TaskMetricGroup task =
        TaskManagerMetricGroup.createTaskManagerMetricGroup(
                registry, "localhost", ResourceID.generate())
            .addJob(new JobID(), "job")
            .addTask(ExecutionAttemptID.randomId(), "steps");
    return new MockEnvironmentBuilder().setMetricGroup(task).build();
  }

  private static String text(SeriesStep step) {
    StringBuilder text = new StringBuilder(step.step().index() + "=" + step.step().value());
    for (ClosedStep past : step.past().steps()) {
      text.append(' ').append(past.index()).append('=').append(past.value());
    }
    return text + " of " + step.past().amended() + " at " + step.knownAt();
  }

  private static TreeMap<Long, Float> inTheEnd(List<String> steps) {
    TreeMap<Long, Float> values = new TreeMap<>();
    for (String line : steps) {
      for (String one : line.replaceFirst(" of .*", "").split(" ")) {
        String[] parts = one.split("=");
        values.put(Long.parseLong(parts[0]), Float.parseFloat(parts[1]));
      }
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "1, true, 0, LAST", "2, true, 10, LAST", "3, false, 0, LAST", "4, false, 10, LAST",
    "5, true, 10, MEAN", "6, false, 10, SUM", "7, true, 30, SUM", "8, false, 30, MEAN"
  })
  void whatComesInAnyOrderComesToTheSame(
      long seed, boolean keyed, int outOfOrder, Aggregation aggregation) throws Exception {
    List<Sent> sent = sent(seed, keyed);
    List<String> once = steps(sent, keyed, outOfOrder, aggregation, new Random(seed));
    List<String> again = steps(sent, keyed, outOfOrder, aggregation, new Random(seed + 100));

    for (int i = 0; i < Math.min(once.size(), again.size()); i++) {
      assertEquals(once.get(i), again.get(i), "after " + once.subList(Math.max(0, i - 3), i));
    }
    assertEquals(once.size(), again.size());
    List<Sent> ordered = new ArrayList<>(sent);
    ordered.sort(Comparator.comparingLong(Sent::time).thenComparingDouble(Sent::at));
    List<Sent> inOnePartition =
        ordered.stream().map(s -> new Sent(s.time, s.value, s.at, 0, s.offset)).toList();
    TreeMap<Long, Float> expected =
        inTheEnd(steps(inOnePartition, true, 0, aggregation, new Random(1)));
    TreeMap<Long, Float> found = inTheEnd(once);
    // what came after the last step of all waits for another
    expected.tailMap((long) STEPS - REACH).clear();
    found.tailMap((long) STEPS - REACH).clear();
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((index, value) -> assertEquals(value, found.get(index), 1e-3, "" + index));
    assertTrue(once.stream().filter(line -> !line.contains("[]")).count() > 9);
  }
}
