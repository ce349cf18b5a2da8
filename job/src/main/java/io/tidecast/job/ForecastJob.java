package io.tidecast.job;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.kafka.Ticks;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.forecast.ForecastOperator;
import io.tidecast.job.ingest.EventTimes;
import io.tidecast.job.ingest.IngestFunction;
import io.tidecast.job.ingest.PartitionWatermarks;
import io.tidecast.job.ingest.ReadOnce;
import io.tidecast.job.ingest.StepClock;
import io.tidecast.job.ingest.StepFunction;
import io.tidecast.job.metrics.CommitWatch;
import io.tidecast.job.retrain.ControlFunction;
import io.tidecast.job.retrain.DecisionRecords;
import io.tidecast.job.retrain.GroupTrainer;
import io.tidecast.job.retrain.RetrainOperator;
import io.tidecast.job.retrain.WindowFunction;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.Grid;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The streaming job: observations in; forecasts, evaluations, decisions and dead letters out.
 *
 * <pre>
 * observations -> ingest -> steps -+-> windows -> retrain -> (broadcast) -+
 *                   |              |      controls -/ |                     v
 *                   v              +----------------|----------------> forecast -> forecasts,
 *              dead letters                         v                              evaluations
 *                                               decisions
 * </pre>
 *
 * <p>Steps, windows and forecasts are keyed by series, the retraining by model group. There is no
 * cycle. With exactly-once sinks the committed output is a function of the input, whatever fails.
 */
public final class ForecastJob {
  /**
   * Where records come from and go to.
   *
   * @param observations raw records, with the broker's append time
   * @param topics that they come from
   * @param partitions that they come in: more readers than that would have nothing to read, and
   *     hold back the watermark until they count as idle
   * @param controls what people ask of the retraining, from one partition
   * @param controlsBefore nothing is decided until the controls with offsets below have been read
   * @param forecasts one per series and origin
   * @param evaluations one per series, period and model version
   * @param anomalies observations that were not to be expected
   * @param models decisions and models
   * @param deadLetters refused, late and masked records
   * @param ticks writes the time between the observations; a bounded run writes none
   */
  public record Ends(
      Source<RawRecord, ?, ?> observations,
      SourceTopics topics,
      int partitions,
      Source<RawRecord, ?, ?> controls,
      long controlsBefore,
      Sink<KeyedBytes> forecasts,
      Sink<KeyedBytes> evaluations,
      Sink<KeyedBytes> anomalies,
      Sink<KeyedBytes> models,
      Sink<DeadLetter> deadLetters,
      Ticks ticks) {}

  private static final TypeInformation<KeyedBytes> KEYED_BYTES =
      TypeInformation.of(KeyedBytes.class);

  private static final Duration ALIGNED_EVERY = Duration.ofMillis(100);

  private final JobConfig config;
  private final JobParts parts;
  private final RawRecord.Reader reader;
  private final GroupTrainer trainer;
  private final Champions champions;

  /** A job whose groups start without a model. */
  public ForecastJob(JobConfig config, GroupTrainer trainer) {
    this(config, trainer, Champions.NONE);
  }

  /**
   * A job of which some groups start with a model.
   *
   * @param trainer what a group is retrained by
   * @param champions that serve until a retraining promotes another model
   */
  public ForecastJob(JobConfig config, GroupTrainer trainer, Champions champions) {
    this.config = config;
    this.parts = new JobParts(config);
    this.reader = new ReadOnce(parts.reader());
    this.trainer = trainer;
    this.champions = champions;
  }

  /** Adds the job to an environment. */
  public void addTo(StreamExecutionEnvironment env, Ends ends) {
    Grid grid = config.series().grid();
    int readers = Math.min(env.getParallelism(), ends.partitions());

    SingleOutputStreamOperator<SeriesObservation> observations =
        env.fromSource(ends.observations(), watermarks(ends.observations()), "observations")
            .uid("observations")
            .setParallelism(readers)
            .process(
                new IngestFunction(
                    parts.ingest(),
                    reader,
                    ends.topics(),
                    parts.reachSteps(),
                    config.inEffect(),
                    clock(ends)),
                StoredTypes.SERIES_OBSERVATION)
            .name("ingest")
            .uid("ingest")
            .setParallelism(readers);

    SingleOutputStreamOperator<SeriesStep> steps =
        observations
            .keyBy(SeriesObservation::series, Types.STRING)
            .process(
                new StepFunction(
                    grid,
                    config.series().aggregation(),
                    config.ingest().ttl(),
                    parts.reachSteps(),
                    ends.topics(),
                    parts.ingest().future()),
                StoredTypes.SERIES_STEP)
            .name("steps")
            .uid("steps");
    // The steps of a series come from the subtask that owns its key: no second shuffle.
    KeyedStream<SeriesStep, String> bySeries =
        DataStreamUtils.reinterpretAsKeyedStream(steps, SeriesStep::series, Types.STRING);

    SingleOutputStreamOperator<GroupControl> controls =
        env.fromSource(ends.controls(), WatermarkStrategy.noWatermarks(), "controls")
            .uid("controls")
            .setParallelism(1)
            .process(new ControlFunction(config.groups()), StoredTypes.GROUP_CONTROL)
            .name("checked controls")
            .uid("checked-controls")
            .setParallelism(1);

    SingleOutputStreamOperator<GroupNotice> decisions =
        bySeries
            .process(
                new WindowFunction(grid, parts.retrain(), config.maxGapSteps(), parts.targets()),
                StoredTypes.SERIES_WINDOW)
            .name("windows")
            .uid("windows")
            .keyBy(SeriesWindow::group, Types.STRING)
            .connect(controls.keyBy(GroupControl::group, Types.STRING))
            .transform(
                "retrain",
                StoredTypes.GROUP_NOTICE,
                new RetrainOperator(
                    parts.retrain(),
                    trainer,
                    champions,
                    config.groups().keySet(),
                    ends.controlsBefore()))
            .uid("retrain");

    SingleOutputStreamOperator<KeyedBytes> forecasts =
        bySeries
            .connect(decisions.broadcast())
            .transform("forecast", KEYED_BYTES, new ForecastOperator(parts.forecast(), champions))
            .uid("forecast");

    forecasts
        .map(new CommitWatch<>(Duration.ofMillis(env.getCheckpointInterval())))
        .returns(KEYED_BYTES)
        .name("commits")
        .uid("commits")
        .sinkTo(ends.forecasts())
        .name("forecast topic")
        .uid("forecast-topic");
    forecasts
        .getSideOutput(ForecastOperator.EVALUATIONS)
        .sinkTo(ends.evaluations())
        .name("evaluation topic")
        .uid("evaluation-topic");
    forecasts
        .getSideOutput(ForecastOperator.ANOMALIES)
        .sinkTo(ends.anomalies())
        .name("anomaly topic")
        .uid("anomaly-topic");
    decisions
        .flatMap(new DecisionRecords(grid))
        .returns(KEYED_BYTES)
        .name("decisions")
        .uid("decisions")
        .setParallelism(1)
        .sinkTo(ends.models())
        .setParallelism(1)
        .name("model topic")
        .uid("model-topic");
    observations
        .getSideOutput(IngestFunction.DEAD_LETTERS)
        .union(steps.getSideOutput(StepFunction.LATE))
        .union(controls.getSideOutput(ControlFunction.REFUSED))
        .sinkTo(ends.deadLetters())
        .name("dead-letter topic")
        .uid("dead-letter-topic");
  }

  /** In a bounded run each step closes at the end at the latest, and nobody waits. */
  private StepClock clock(Ends ends) {
    boolean isLive = ends.observations().getBoundedness() == Boundedness.CONTINUOUS_UNBOUNDED;
    // into the topics of others nothing is written
    boolean writes = isLive && config.source().readsOwnRecords();
    Duration maxDelay = writes ? config.ingest().maxDelay() : Duration.ZERO;
    return new StepClock(config.series().grid(), maxDelay, ends.ticks());
  }

  /**
   * One watermark per partition. A partition that falls silent stops holding back the others after
   * a while, but not in a bounded run: there every partition ends, and processing time must not
   * show in the output.
   *
   * <p>None is read far ahead of the slowest: what it brings would only wait, in state. Not so in a
   * bounded run: Flink tells a source how far it may read even if it was finished when the
   * checkpoint was taken that the task starts from, and the task fails on that.
   */
  WatermarkStrategy<RawRecord> watermarks(Source<RawRecord, ?, ?> source) {
    boolean isLive = source.getBoundedness() == Boundedness.CONTINUOUS_UNBOUNDED;
    Duration epoch = config.retrain().epoch();
    Duration outOfOrder = config.ingest().maxOutOfOrder();
    Duration idle = isLive ? config.ingest().idleTimeout() : Duration.ZERO;
    Duration drift = isLive ? config.ingest().maxDrift() : Duration.ZERO;
    WatermarkStrategy<RawRecord> perPartition =
        WatermarkStrategy.<RawRecord>forGenerator(
                new PartitionWatermarks.Supplier(outOfOrder, idle, epoch))
            .withTimestampAssigner(new EventTimes(parts.ingest(), reader));
    return drift.isZero()
        ? perPartition
        : perPartition.withWatermarkAlignment("observations", drift, ALIGNED_EVERY);
  }
}
