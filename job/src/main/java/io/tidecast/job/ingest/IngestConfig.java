package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ObservationDecoder;
import io.tidecast.job.state.Targets;
import io.tidecast.model.Grid;
import io.tidecast.model.Limits;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What ingest makes of a record.
 *
 * @param grid of all series
 * @param targets variables that are forecast
 * @param covariates by target: the variables that go with it, in order
 * @param groups by target: the model group of its series
 * @param streams those that have models of their own
 * @param limits by variable: what of it can be true
 * @param maxOutOfOrderMillis how far a record may lie behind the latest of its partition before its
 *     step may be closed
 * @param maxFutureMillis how far an event time may lie ahead of the append time
 * @param future variables that are known beforehand: what tells of nothing else may lie further
 *     ahead, and says nothing of how far time has come
 */
public record IngestConfig(
    Grid grid,
    List<String> targets,
    Map<String, List<String>> covariates,
    Map<String, String> groups,
    Targets.Streams streams,
    Map<String, Limits> limits,
    long maxOutOfOrderMillis,
    long maxFutureMillis,
    FutureColumns future)
    implements Serializable {

  /** Whether all that is read of a record is known beforehand. */
  boolean isIssue(ObservationRecord record) {
    return !future.known().isEmpty()
        && future.isAll(record.values().keySet().stream().filter(this::reads).toList());
  }

  /** Whether a record lies further ahead of its append time than it may. */
  boolean isTooFarAhead(RawRecord record, ObservationRecord observation) {
    long further =
        isIssue(observation)
            ? (future.horizon() + FutureColumns.KEPT_BEYOND) * grid.spacing().toMillis()
            : 0;
    return record.isTooFarAhead(observation.time().toEpochMilli(), maxFutureMillis + further);
  }

  /** Whether a variable is a target or goes with one: what is not read spoils no record. */
  public boolean reads(String variable) {
    if (targets.contains(variable)) {
      return true;
    }
    for (List<String> named : covariates.values()) {
      if (named.contains(variable)) {
        return true;
      }
    }
    return false;
  }

  /** Reads Tidecast's own records: only what is read of them can refuse one. */
  public RawRecord.Reader ownRecords() {
    return record -> List.of(ObservationDecoder.decode(record.value(), this::reads));
  }

  /**
   * How far a partition has come with a tick: as far as with an observation that lies behind all
   * the steps the tick closes.
   */
  long reachedBy(Instant tick) {
    return tick.toEpochMilli() + maxOutOfOrderMillis + 1;
  }

  /**
   * Whether an observation at a time closes its step: it lies at the end. What lies before it and
   * comes later amends the step.
   */
  public boolean closesAt(long time) {
    return time == grid.end(grid.indexOf(time));
  }
}
