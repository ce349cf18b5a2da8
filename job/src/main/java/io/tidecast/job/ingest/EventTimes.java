package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.serde.ObservationDecoder;
import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;

/**
 * Event time of a raw record, for the watermark of its partition. A record that will be refused has
 * none: it must not move the watermark, least of all one that lies too far ahead.
 *
 * <p>Decodes the record a second time: watermarks are per partition in the source only, and a
 * decode is a small part of what a record costs.
 */
public final class EventTimes implements SerializableTimestampAssigner<RawRecord> {
  private static final long serialVersionUID = 1;

  /** Event time of a record that will be refused. */
  static final long NONE = Long.MIN_VALUE;

  private final IngestConfig config;

  public EventTimes(IngestConfig config) {
    this.config = config;
  }

  @Override
  public long extractTimestamp(RawRecord record, long appended) {
    Decoded decoded = ObservationDecoder.decode(record.value(), config::reads);
    if (decoded instanceof Decoded.Accepted accepted) {
      long time = accepted.observation().time().toEpochMilli();
      return record.isTooFarAhead(time, config.maxFutureMillis()) ? NONE : time;
    }
    if (decoded instanceof Decoded.Tick tick) {
      boolean isFuture = record.isTooFarAhead(tick.time().toEpochMilli(), 0);
      return isFuture ? NONE : config.reachedBy(tick.time());
    }
    return NONE;
  }
}
