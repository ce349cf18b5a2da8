package io.tidecast.job;

import static io.tidecast.model.Checks.that;

import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.TopicLimits;
import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.config.RetrainSection;
import io.tidecast.job.config.SeriesSection;
import io.tidecast.job.forecast.ForecastOperator;
import io.tidecast.job.ingest.FutureColumns;
import io.tidecast.job.ingest.IngestConfig;
import io.tidecast.job.retrain.ChallengerTrainer;
import io.tidecast.job.retrain.RetrainConfig;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.Limits;
import io.tidecast.model.Transform;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.train.TrainingConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;

/** What each part of the job is told, out of what the configuration file says. */
public final class JobParts {
  /** Divides evenly among up to 10, and among 12, 15, 16, 18, 20, 24, 30, 36, 40, 45, 48 ... */
  static final int MAX_PARALLELISM = 720;

  private static final int TOLERABLE_CHECKPOINT_FAILURES = 5;
  private static final int MAX_RESTARTS = 60;

  /** By 4 KB, as Flink writes else, the calls cost three times as much as what they write. */
  private static final int CHECKPOINT_BUFFER = 1 << 16;

  /** At most, of a number as JSON with its comma. */
  private static final int NUMBER_BYTES = 25;

  private static final int MAX_NAME_BYTES = 4096;

  /** Of a decision beside its model. */
  private static final int DECISION_BYTES = 1 << 16;

  private final JobConfig config;

  public JobParts(JobConfig config) {
    this.config = config;
  }

  /** What is forecast, and what goes with the series of each. */
  public Targets targets() {
    SeriesSection series = config.series();
    Map<String, Targets.Target> targets = new TreeMap<>();
    for (String name : series.targets()) {
      targets.put(name, new Targets.Target(series.group(name), config.forecaster(name).columns()));
    }
    return new Targets(targets, series.streamGroups());
  }

  /** What ingest makes of a record. */
  public IngestConfig ingest() {
    SeriesSection series = config.series();
    Map<String, List<String>> covariates = new TreeMap<>();
    Map<String, String> groups = new TreeMap<>();
    for (String target : series.targets()) {
      covariates.put(target, config.forecaster(target).columns());
      groups.put(target, series.group(target));
    }
    Map<String, Limits> limits = new TreeMap<>();
    series.variables().forEach((name, variable) -> limits.put(name, variable.limits()));
    if (series.transform() == Transform.LOG_RETURN) {
      series.targets().forEach(target -> limits.compute(target, (name, of) -> positive(of)));
    }
    return new IngestConfig(
        series.grid(),
        series.targets(),
        covariates,
        groups,
        series.streamGroups(),
        limits,
        config.ingest().maxOutOfOrder().toMillis(),
        config.ingest().maxFuture().toMillis(),
        future());
  }

  private FutureColumns future() {
    Map<String, int[]> places = new TreeMap<>();
    for (String target : config.series().targets()) {
      ForecasterConfig how = config.forecaster(target);
      if (!how.knownFuture().isEmpty()) {
        places.put(
            target, how.knownFuture().stream().mapToInt(how.covariates()::indexOf).toArray());
      }
    }
    return new FutureColumns(
        places,
        config.series().covariates().stream()
            .filter(config.series().knownFuture()::contains)
            .toList(),
        config.forecast().horizon());
  }

  /**
   * What {@code feed} and {@code demo} publish: the configured feed, in which what is known
   * beforehand comes ahead of its time.
   *
   * @param now see {@link Feed#anchored}
   */
  public Feed feed(Instant now) {
    return AheadFeed.of(config.anyFeed().anchored(now), ingest());
  }

  /** Reads the records of the observation topics. */
  public RawRecord.Reader reader() {
    return config.source().reader(ingest().ownRecords());
  }

  /** A value without a logarithm is masked like any that cannot be true. */
  private static Limits positive(Limits limits) {
    return (limits == null ? Limits.NONE : limits).positive();
  }

  /** When groups are retrained, and on what. */
  public RetrainConfig retrain() {
    RetrainSection retrain = config.retrain();
    return new RetrainConfig(
        retrain.epoch(),
        retrain.lead(),
        retrain.every(),
        retrain.newWindows(),
        retrain.drift(),
        retrain.cooldown(),
        retrain.watch(),
        retrain.minimumHistory(),
        retrain.window(),
        retrain.history(),
        retrain.maxSteps(),
        retrain.sample(),
        retrain.seed(),
        retrain.timeLimit(),
        config.kafka().transactionTimeout().dividedBy(2),
        retrain.trainingShare());
  }

  /** Trains the groups of this job. */
  public ChallengerTrainer trainer() {
    return new ChallengerTrainer(
        config.groups(),
        recipe(),
        new ChallengerTrainer.Rules(
            config.retrain().margin(), config.retrain().shadow(), config.retrain().drift()),
        version());
  }

  /** How a model is trained: from the history the configuration asks for, where that is little. */
  public TrainingConfig recipe() {
    return TrainingConfig.DEFAULT.forHistory(config.retrain().minimumHistory());
  }

  /** Steps that an observation may come late and still amends its own. */
  public int reachSteps() {
    return (int) config.series().grid().stepsIn(config.ingest().maxLate());
  }

  /** What the forecast function is told. */
  public ForecastOperator.Config forecast() {
    Grid grid = config.series().grid();
    return new ForecastOperator.Config(
        grid,
        config.groups(),
        config.evaluationSteps(),
        grid.stepsIn(config.ingest().ttl()),
        grid.stepsIn(config.retrain().swapKept()),
        reachSteps(),
        config.forecast().maxWaiting(),
        targets(),
        config.kafka().format());
  }

  /**
   * Settings of Flink: those of the configuration over what the job needs. That is checkpoints that
   * outlive the job, of which a few may fail in a row before it restarts; restarts that come slower
   * and slower and end with the reason, after about an hour of them; and no generic serializer.
   */
  public Configuration flink() {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
    // barriers overtake what a slow sink or a full buffer holds up
    settings.set(CheckpointingOptions.ENABLE_UNALIGNED, true);
    settings.set(CheckpointingOptions.ALIGNED_CHECKPOINT_TIMEOUT, Duration.ofSeconds(1));
    // the number of subtasks may change up to this, the number itself never
    settings.set(PipelineOptions.MAX_PARALLELISM, MAX_PARALLELISM);
    settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, TOLERABLE_CHECKPOINT_FAILURES);
    settings.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, MAX_RESTARTS);
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
        Duration.ofMinutes(10));
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    settings.set(CheckpointingOptions.FS_WRITE_BUFFER_SIZE, CHECKPOINT_BUFFER);
    rocksDb().forEach(settings::setString);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    config.flink().forEach(settings::setString);
    return settings;
  }

  /**
   * What state on disk needs to keep up, without effect on state in memory: large caches and
   * buffers, a filter that spares reads, and the memory for them where the job runs in a process of
   * its own. A look-up decompresses a whole block for one value of some 5 KB: blocks of 128 KB, as
   * the profile has them, cost more than all else that a record does, and Snappy three times what
   * LZ4 does. Indexes and filters lie in the managed memory, which bounds them, in parts: whole,
   * that of a file is hundreds of kilobytes, read and decompressed for one value where it finds no
   * room.
   */
  private static Map<String, String> rocksDb() {
    return Map.of(
        "state.backend.rocksdb.predefined-options", "SPINNING_DISK_OPTIMIZED_HIGH_MEM",
        "state.backend.rocksdb.use-bloom-filter", "true",
        "state.backend.rocksdb.block.blocksize", "16kb",
        "state.backend.rocksdb.compression.per.level", "LZ4_COMPRESSION",
        "state.backend.rocksdb.memory.partitioned-index-filters", "true",
        "taskmanager.memory.managed.size", "512mb");
  }

  /**
   * Refuses topics that do not accept the largest record this job may have for them: found out at
   * the first such record it would end the job at every restart.
   */
  public void requireTopicLimits() {
    KafkaConfig kafka = config.kafkaConfig();
    int horizon = config.forecast().horizon();
    int levels = config.forecast().levels().size();
    int name = 2 * MAX_NAME_BYTES; // of the series in key and value
    TopicLimits.require(
        kafka,
        kafka.topics().forecast(),
        name + horizon * (levels + 1) * NUMBER_BYTES,
        "a forecast of this horizon");
    TopicLimits.require(
        kafka,
        kafka.topics().evaluation(),
        name + horizon * (levels + 7) * NUMBER_BYTES,
        "an evaluation of this horizon");
    TopicLimits.require(kafka, kafka.topics().model(), modelRecordBytes(), "a model");
    TopicLimits.require(kafka, kafka.topics().control(), modelRecordBytes(), "a model");
  }

  /** The largest model of any group as a record, in base 64. */
  int modelRecordBytes() {
    long most =
        config.groups().values().stream().mapToLong(ModelArtifact::mostBytes).max().orElseThrow();
    long bytes = (most + 2) / 3 * 4 + DECISION_BYTES;
    that(
        bytes <= TopicsConfig.MODEL_MAX_BYTES,
        "forecast.horizon",
        config.forecast().horizon(),
        "fewer leads, or a shorter series.history: a model may take "
            + bytes
            + " bytes, and the model topic takes "
            + TopicsConfig.MODEL_MAX_BYTES);
    return (int) bytes;
  }

  /** Version of this software, as the build wrote it into the jar. */
  public static String version() {
    String version = JobParts.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
