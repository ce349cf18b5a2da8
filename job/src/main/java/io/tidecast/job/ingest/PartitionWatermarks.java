package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.util.clock.RelativeClock;

/**
 * The watermark of one partition, from its accepted records alone.
 *
 * <p>A partition without an accepted record for a while no longer holds the others back, whatever
 * else it holds: a producer with a wrong clock or format, or a bar that is updated all day, would
 * else stop every forecast. A partition of which nothing has been accepted since the start is given
 * up sooner, for most topics have more partitions than they have streams. One that has come while
 * the job ran holds nobody back before its first record.
 */
public final class PartitionWatermarks implements WatermarkGenerator<RawRecord> {
  private static final Duration IDLE_FROM_THE_START = Duration.ofSeconds(30);

  private final long maxOutOfOrder;
  private final long idleTimeout;
  private final long epoch;
  private final RelativeClock clock;
  private long latest = Long.MIN_VALUE;
  private long lastActivity;

  /** Those of the partitions that one reader is given. */
  public static final class Supplier implements WatermarkGeneratorSupplier<RawRecord> {
    private static final long serialVersionUID = 1;

    private final Duration maxOutOfOrder;
    private final Duration idleTimeout;
    private final Duration epoch;
    private transient RelativeClock since;
    private transient long began;

    /** For what they are see {@link PartitionWatermarks}. */
    public Supplier(Duration maxOutOfOrder, Duration idleTimeout, Duration epoch) {
      this.maxOutOfOrder = maxOutOfOrder;
      this.idleTimeout = idleTimeout;
      this.epoch = epoch;
    }

    @Override
    public PartitionWatermarks createWatermarkGenerator(Context context) {
      RelativeClock clock = context.getInputActivityClock();
      if (since == null) {
        since = clock;
        began = clock.relativeTimeMillis();
      }
      long after = since.relativeTimeMillis() - began;
      PartitionWatermarks partition =
          new PartitionWatermarks(maxOutOfOrder, idleTimeout, epoch, clock);
      if (after >= IDLE_FROM_THE_START.toMillis()) {
        partition.lastActivity -= IDLE_FROM_THE_START.toMillis();
      }
      return partition;
    }
  }

  /**
   * A partition of which nothing was read yet.
   *
   * @param idleTimeout zero: it is never idle
   * @param epoch each of these a watermark goes out at once, however fast the past is read: so that
   *     what is due then can hold up what comes after
   * @param clock stands still while the reader is held back
   */
  public PartitionWatermarks(
      Duration maxOutOfOrder, Duration idleTimeout, Duration epoch, RelativeClock clock) {
    this.maxOutOfOrder = maxOutOfOrder.toMillis();
    this.idleTimeout = idleTimeout.toMillis();
    this.epoch = epoch.toMillis();
    this.clock = clock;
    lastActivity = clock.relativeTimeMillis();
  }

  @Override
  public void onEvent(RawRecord record, long time, WatermarkOutput output) {
    if (time == EventTimes.NONE) {
      return;
    }
    lastActivity = clock.relativeTimeMillis();
    long before = latest;
    latest = Math.max(latest, time);
    output.markActive();
    if (before != Long.MIN_VALUE && epochOf(latest) > epochOf(before)) {
      output.emitWatermark(watermark());
    }
  }

  private long epochOf(long reached) {
    return Math.floorDiv(reached - maxOutOfOrder - 1, epoch);
  }

  private Watermark watermark() {
    return new Watermark(latest - maxOutOfOrder - 1);
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    if (isIdle()) {
      output.markIdle();
    } else if (latest != Long.MIN_VALUE) {
      output.emitWatermark(watermark());
    }
  }

  private boolean isIdle() {
    long silent = clock.relativeTimeMillis() - lastActivity;
    return idleTimeout > 0 && silent >= timeout();
  }

  private long timeout() {
    return latest == Long.MIN_VALUE
        ? Math.min(idleTimeout, IDLE_FROM_THE_START.toMillis())
        : idleTimeout;
  }
}
