package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.kafka.RawRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.clock.ManualClock;
import org.apache.flink.util.clock.RelativeClock;
import org.junit.jupiter.api.Test;

class PartitionWatermarksTest {
  private static final RawRecord RECORD = new RawRecord("t", 0, 0, 0, null, new byte[0]);

  private final ManualClock clock = new ManualClock();
  private final Said said = new Said(new ArrayList<>());
  private final PartitionWatermarks watermarks =
      new PartitionWatermarks(
          Duration.ofMillis(5), Duration.ofMinutes(2), Duration.ofMillis(1_000), clock);

  private record Said(List<String> lines) implements WatermarkOutput {
    @Override
    public void emitWatermark(Watermark watermark) {
      lines.add("watermark " + watermark.getTimestamp());
    }

    @Override
    public void markIdle() {
      lines.add("idle");
    }

    @Override
    public void markActive() {
      lines.add("active");
    }

    List<String> since() {
      List<String> since = List.copyOf(lines);
      lines.clear();
      return since;
    }
  }

  private void readAll(long time, int seconds) {
    for (int i = 0; i < seconds / 10; i++) {
      watermarks.onEvent(RECORD, time, said);
      clock.advanceTime(Duration.ofSeconds(10));
    }
    said.since();
    watermarks.onPeriodicEmit(said);
  }

  @Test
  void whatIsRefusedKeepsNoPartitionAlive() {
    readAll(700, 10);
    assertEquals(List.of("watermark 694"), said.since());

    readAll(EventTimes.NONE, 100);
    assertEquals(List.of("watermark 694"), said.since());

    readAll(EventTimes.NONE, 10);
    assertEquals(List.of("idle"), said.since());
  }

  @Test
  void partitionInWhichNothingWasEverAcceptedIsGivenUpSooner() {
    readAll(EventTimes.NONE, 30);

    assertEquals(List.of("idle"), said.since());
  }

  @Test
  void partitionThatComesWhileTheJobRunsHoldsNobodyBackBeforeItsFirstRecord() {
    PartitionWatermarks.Supplier supplier =
        new PartitionWatermarks.Supplier(
            Duration.ofMillis(5), Duration.ofMinutes(2), Duration.ofMillis(1_000));
    PartitionWatermarks ofTheStart = supplier.createWatermarkGenerator(new Reader(clock));
    clock.advanceTime(Duration.ofSeconds(40));
    PartitionWatermarks come = supplier.createWatermarkGenerator(new Reader(clock));

    come.onPeriodicEmit(said);
    come.onEvent(RECORD, 700, said);
    come.onPeriodicEmit(said);
    ofTheStart.onEvent(RECORD, 800, said);
    ofTheStart.onPeriodicEmit(said);

    assertEquals(
        List.of("idle", "active", "watermark 694", "active", "watermark 794"), said.since());
  }

  private record Reader(RelativeClock clock) implements WatermarkGeneratorSupplier.Context {
    @Override
    public MetricGroup getMetricGroup() {
      return UnregisteredMetricsGroup.createOperatorMetricGroup();
    }

    @Override
    public RelativeClock getInputActivityClock() {
      return clock;
    }
  }

  @Test
  void acceptedRecordMakesItCountAgain() {
    readAll(EventTimes.NONE, 600);
    watermarks.onEvent(RECORD, 700, said);
    watermarks.onPeriodicEmit(said);

    assertEquals(List.of("idle", "active", "watermark 694"), said.since());
  }

  @Test
  void eachEpochThatIsPassedIsSaidAtOnce() {
    watermarks.onEvent(RECORD, 700, said);
    watermarks.onEvent(RECORD, 1_005, said);
    watermarks.onEvent(RECORD, 1_006, said);
    watermarks.onEvent(RECORD, 1_400, said);

    assertEquals(List.of("active", "active", "active", "watermark 1000", "active"), said.since());
  }
}
