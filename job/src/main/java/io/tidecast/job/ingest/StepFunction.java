package io.tidecast.job.ingest;

import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.SeriesKey;
import io.tidecast.connectors.serde.ObservationJsonV1;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.Aggregation;
import io.tidecast.job.state.OpenStep;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.Grid;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Closes the steps of each series' grid in event time.
 *
 * <p>Key: the series. A step closes when the watermark passes its end, by one timer; it comes out
 * with its end as timestamp, per series in order of steps. A step without an observation never
 * opened, so it does not close either: the forecaster sees it as a gap before the next one. That
 * makes what comes out a function of what came in, however the watermarks of several partitions
 * interleave, also at the end of a bounded input.
 *
 * <p>State: the open steps, see {@link OpenStep} for their size; it ends with the step.
 *
 * <p>Late: an observation whose step the watermark has passed goes to {@link #LATE}. Ingest has
 * judged lateness by partition before; this catches what comes out of a partition that was idle.
 */
public final class StepFunction
    extends KeyedProcessFunction<String, SeriesObservation, SeriesStep> {
  private static final long serialVersionUID = 1;

  /** Observations that came after their step was closed. */
  public static final OutputTag<DeadLetter> LATE =
      new OutputTag<>("late", TypeInformation.of(DeadLetter.class));

  private static final MapStateDescriptor<Long, OpenStep> OPEN =
      new MapStateDescriptor<>("open-steps", Types.LONG, StoredTypes.OPEN_STEP);

  private final Grid grid;
  private final Aggregation aggregation;
  private final String topic;

  private transient MapState<Long, OpenStep> open;
  private transient Counter late;
  private transient Counter stepped;
  private transient Counter replaced;

  /**
   * Steps of a grid.
   *
   * @param topic the observations come from, as dead letters name it
   */
  public StepFunction(Grid grid, Aggregation aggregation, String topic) {
    this.topic = topic;
    this.grid = grid;
    this.aggregation = aggregation;
  }

  @Override
  public void open(OpenContext context) {
    open = getRuntimeContext().getMapState(OPEN);
    var metrics = getRuntimeContext().getMetricGroup();
    late = Metrics.counter(metrics, Metrics.LATE);
    stepped = Metrics.counter(metrics, Metrics.STEPPED);
    replaced = Metrics.counter(metrics, Metrics.REPLACED);
  }

  @Override
  public void processElement(
      SeriesObservation observation, Context context, Collector<SeriesStep> out) throws Exception {
    long index = grid.indexOf(observation.time());
    if (grid.end(index) <= context.timerService().currentWatermark()) {
      late.inc();
      context.output(LATE, deadLetter(observation));
      return;
    }
    OpenStep step = open.get(index);
    if (step == null) {
      step = OpenStep.empty(observation.group(), 1 + observation.covariates().length);
      context.timerService().registerEventTimeTimer(grid.end(index));
    }
    open.put(index, step.with(observation, aggregation));
  }

  @Override
  public void onTimer(long end, OnTimerContext context, Collector<SeriesStep> out)
      throws Exception {
    long index = grid.indexOf(end);
    OpenStep step = open.get(index);
    open.remove(index);
    stepped.inc(step.seen() - step.replaced());
    replaced.inc(step.replaced());
    out.collect(
        new SeriesStep(context.getCurrentKey(), step.group(), step.close(index, aggregation)));
  }

  /** The bytes are the observation's, written anew: the record may have held other variables. */
  private DeadLetter deadLetter(SeriesObservation observation) {
    SeriesKey key = SeriesKey.parse(observation.series());
    Instant time = Instant.ofEpochMilli(observation.time());
    Map<String, Double> values =
        Float.isNaN(observation.value())
            ? Map.of()
            : Map.of(key.variable(), (double) observation.value());
    return new DeadLetter(
        key.stream().getBytes(StandardCharsets.UTF_8),
        ObservationJsonV1.write(new ObservationRecord(key.stream(), time, values)),
        IngestFunction.LATE,
        "its step had closed while its partition was idle: " + time,
        topic,
        observation.partition(),
        observation.offset());
  }
}
