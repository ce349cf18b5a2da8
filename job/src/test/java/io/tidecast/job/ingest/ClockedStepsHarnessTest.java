package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.model.Grid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A partition of three series as time passes, with a clock that is restarted again and again: every
 * step closes, once, nothing is lost, and the records and ticks that lie in the partition in the
 * end give the same again.
 */
class ClockedStepsHarnessTest extends StepFunctionHarness {
  private static final Grid GRID = new Grid.Fixed(10);
  private static final long END = 900;

  /** How much later than its time an observation is appended. */
  private enum Delays {
    /** From none to nearly a step and back. */
    JUMPING {
      @Override
      long of(int series, long time, Random random) {
        return random.nextInt(time / 100 % 2 == 0 ? 2 : 10);
      }
    },
    /** Silent for twelve steps, and then all at once. */
    FLOODING {
      @Override
      long of(int series, long time, Random random) {
        boolean isSilent = series == 0 && time > 300 && time <= 420;
        return isSilent ? 421 - time : random.nextInt(2);
      }
    },
    /** Producers of different patience, and one that always takes longer than a step. */
    UNEQUAL {
      @Override
      long of(int series, long time, Random random) {
        return series == 2 ? 14 + random.nextInt(3) : 6L * series + random.nextInt(2);
      }
    },
    /** One whose clock is ahead by more than a step. */
    AHEAD {
      @Override
      long of(int series, long time, Random random) {
        return series == 1 ? -13 : random.nextInt(4);
      }
    };

    abstract long of(int series, long time, Random random);
  }

  /** An observation, or a tick, which is of no series. */
  private record Sent(int series, long time, long appended) {}

  private static final int SERIES = 3;

  /** What each step has come to. */
  private final Map<String, Double> values = new TreeMap<>();

  private long maxOutOfOrder;
  private long latest;
  private long offset;

  static Stream<Arguments> worlds() {
    return Stream.of(Delays.values())
        .flatMap(
            delays ->
                Stream.of(1, 10, 35)
                    .flatMap(
                        maxDelay ->
                            Stream.of(0, 10)
                                .map(outOfOrder -> Arguments.of(delays, maxDelay, outOfOrder))));
  }

  @ParameterizedTest
  @MethodSource("worlds")
  void everyStepClosesOnceAndAReplayClosesTheSame(Delays delays, long maxDelay, long outOfOrder)
      throws Exception {
    for (int seed = 1; seed <= 5; seed++) {
      String world = "seed " + seed;
      List<Sent> sent = sent(delays, new Random(seed));
      begin(outOfOrder);
      List<Sent> published = live(sent, maxDelay, new Random(seed));
      TreeMap<String, List<String>> live = closed();
      harness.processWatermark(Watermark.MAX_WATERMARK);
      assertEquals(Map.of(), closed(), world + ": left open");

      begin(outOfOrder);
      Random pace = new Random(seed);
      for (Sent record : published) {
        take(record);
        if (pace.nextInt(4) == 0) {
          pass();
        }
      }
      pass();
      assertEquals(live, closed(), world + ": read again");
      for (int series = 0; series < SERIES; series++) {
        take(new Sent(series, END, END));
      }
      closed();
      float counted = 0;
      for (double value : values.values()) {
        counted += value;
      }
      assertEquals(sent.size() + SERIES, counted + late().size(), world + ": lost");
    }
  }

  private void begin(long maxOutOfOrder) throws Exception {
    this.maxOutOfOrder = maxOutOfOrder;
    values.clear();
    latest = Long.MIN_VALUE;
    reach(20, Aggregation.SUM);
  }

  private static List<Sent> sent(Delays delays, Random random) {
    List<Sent> sent = new ArrayList<>();
    for (long time = 1; time <= END - 100; time++) {
      for (int series = 0; series < SERIES; series++) {
        boolean isThere = series == 2 ? time % 10 == 0 : random.nextInt(6) == 0;
        if (isThere) {
          sent.add(new Sent(series, time, Math.max(1, time + delays.of(series, time, random))));
        }
      }
    }
    sent.sort(Comparator.comparingLong(Sent::appended));
    return sent;
  }

  /** What lies in the partition in the end. */
  private List<Sent> live(List<Sent> sent, long maxDelay, Random random) throws Exception {
    List<Sent> published = new ArrayList<>();
    PartitionClock clock = new PartitionClock(GRID, maxDelay);
    PartitionClock before = clock;
    int next = 0;
    for (long now = 1; now < END; now++) {
      for (; next < sent.size() && sent.get(next).appended() == now; next++) {
        clock.observed(sent.get(next).time(), now, passed());
        published.add(sent.get(next));
        take(sent.get(next));
      }
      if (random.nextInt(25) == 0) {
        // beside a subtask that knows no more than at the restart before
        PartitionClock[] known = {clock, before};
        int mine = random.nextInt(2);
        clock = anew(maxDelay, known[mine], known[1 - mine]);
        before = anew(maxDelay, clock);
      }
      long due = clock.due(now);
      if (due != PartitionClock.NOTHING) {
        clock.ticked(due);
        published.add(new Sent(-1, due, now));
        take(new Sent(-1, due, now));
      }
      pass();
    }
    return published;
  }

  private static PartitionClock anew(long maxDelay, PartitionClock... known) {
    return PartitionClockTest.restore(new PartitionClock(GRID, maxDelay), known);
  }

  private long passed() {
    return latest == Long.MIN_VALUE ? Long.MIN_VALUE : GRID.lastEndedBy(latest - maxOutOfOrder - 1);
  }

  private void take(Sent record) throws Exception {
    if (record.series() < 0) {
      latest = Math.max(latest, record.time() + maxOutOfOrder + 1);
      return;
    }
    boolean endsStep = record.time() % 10 == 0;
    harness.processElement(
        new SeriesObservation(
            "s/" + record.series(),
            "g",
            record.time(),
            1,
            new float[0],
            endsStep,
            true,
            passed(),
            record.appended(),
            0,
            offset++),
        record.time());
    latest = Math.max(latest, record.time());
  }

  private void pass() throws Exception {
    if (latest != Long.MIN_VALUE) {
      harness.processWatermark(latest - maxOutOfOrder - 1);
    }
  }

  /** Steps that have come out, by series; each of them once. */
  private TreeMap<String, List<String>> closed() {
    TreeMap<String, List<String>> lines = new TreeMap<>();
    for (Object out : harness.getOutput()) {
      if (out instanceof StreamRecord<?> record && record.getValue() instanceof SeriesStep step) {
        String key = step.series() + "#" + step.step().index();
        assertNull(values.put(key, step.step().value()), key + " closed twice");
        step.past().steps().forEach(s -> values.put(step.series() + "#" + s.index(), s.value()));
        lines
            .computeIfAbsent(step.series(), series -> new ArrayList<>())
            .add(step.step().index() + "=" + step.step().value() + amended(step));
      }
    }
    harness.getOutput().clear();
    return lines;
  }
}
