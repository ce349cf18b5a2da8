package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.Decoded;
import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;

/**
 * Event time of a raw record, for the watermark of its partition. A record that will be refused has
 * none: it must not move the watermark, least of all one that lies too far ahead.
 *
 * <p>Watermarks are per partition in the source only, so it reads each record before it is taken
 * in: {@link ReadOnce} spares the second time.
 */
public final class EventTimes implements SerializableTimestampAssigner<RawRecord> {
  private static final long serialVersionUID = 1;

  /** Event time of a record that will be refused. */
  static final long NONE = Long.MIN_VALUE;

  private final IngestConfig config;
  private final RawRecord.Reader reader;

  /**
   * @param reader the one that takes the records in
   */
  public EventTimes(IngestConfig config, RawRecord.Reader reader) {
    this.config = config;
    this.reader = reader;
  }

  /** The latest of those it holds. */
  @Override
  public long extractTimestamp(RawRecord record, long appended) {
    long latest = NONE;
    for (Decoded decoded : reader.read(record)) {
      latest = Math.max(latest, reached(record, decoded));
    }
    return latest;
  }

  private long reached(RawRecord record, Decoded decoded) {
    if (decoded instanceof Decoded.Accepted accepted) {
      boolean saysNothing =
          config.isIssue(accepted.observation())
              || config.isTooFarAhead(record, accepted.observation());
      return saysNothing ? NONE : accepted.observation().time().toEpochMilli();
    }
    if (decoded instanceof Decoded.Tick tick) {
      boolean isFuture = record.isTooFarAhead(tick.time().toEpochMilli(), 0);
      return isFuture ? NONE : config.reachedBy(tick.time());
    }
    return NONE;
  }
}
