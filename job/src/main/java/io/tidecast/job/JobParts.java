package io.tidecast.job;

import io.tidecast.job.config.JobConfig;
import io.tidecast.job.config.RetrainSection;
import io.tidecast.job.config.SeriesSection;
import io.tidecast.job.forecast.ForecastOperator;
import io.tidecast.job.ingest.IngestConfig;
import io.tidecast.job.retrain.ChallengerTrainer;
import io.tidecast.job.retrain.RetrainConfig;
import io.tidecast.job.state.Targets;
import io.tidecast.model.Grid;
import io.tidecast.model.Limits;
import io.tidecast.model.Transform;
import io.tidecast.model.train.TrainingConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;

/** What each part of the job is told, out of what the configuration file says. */
public final class JobParts {
  /** Divides evenly among up to 10, and among 12, 15, 16, 18, 20, 24, 30, 36, 40, 45, 48 ... */
  static final int MAX_PARALLELISM = 720;

  private final JobConfig config;

  public JobParts(JobConfig config) {
    this.config = config;
  }

  /** What is forecast, and what goes with the series of each. */
  public Targets targets() {
    SeriesSection series = config.series();
    Map<String, Targets.Target> targets = new TreeMap<>();
    for (String name : series.targets()) {
      targets.put(name, new Targets.Target(series.group(name), config.covariatesOf(name)));
    }
    return new Targets(targets);
  }

  /** What ingest makes of a record. */
  public IngestConfig ingest() {
    SeriesSection series = config.series();
    Map<String, List<String>> covariates = new TreeMap<>();
    Map<String, String> groups = new TreeMap<>();
    for (String target : series.targets()) {
      covariates.put(target, config.covariatesOf(target));
      groups.put(target, series.group(target));
    }
    Map<String, Limits> limits = new TreeMap<>();
    series.variables().forEach((name, variable) -> limits.put(name, variable.limits()));
    if (series.transform() == Transform.LOG_RETURN) {
      series.targets().forEach(target -> limits.compute(target, (name, of) -> positive(of)));
    }
    return new IngestConfig(
        Grid.of(series.step()),
        series.targets(),
        covariates,
        groups,
        limits,
        config.ingest().maxOutOfOrder().toMillis(),
        config.ingest().maxFuture().toMillis());
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
        retrain.minimumHistory(),
        retrain.window(),
        retrain.history(),
        retrain.maxSteps(),
        retrain.sample(),
        retrain.seed(),
        retrain.timeLimit(),
        retrain.trainingShare());
  }

  /** Trains the groups of this job. */
  public ChallengerTrainer trainer() {
    return new ChallengerTrainer(
        config.groups(), TrainingConfig.DEFAULT, config.retrain().margin(), version());
  }

  /** What the forecast function is told. */
  public ForecastOperator.Config forecast() {
    Duration step = config.series().step();
    return new ForecastOperator.Config(
        step,
        config.groups(),
        config.evaluationSteps(),
        config.ingest().ttl().toMillis() / step.toMillis(),
        config.forecast().maxWaiting(),
        targets());
  }

  /**
   * Settings of Flink: those of the configuration over what the job needs, which is checkpoints and
   * no generic serializer.
   */
  public Configuration flink() {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
    // barriers overtake what a slow sink or a full buffer holds up
    settings.set(CheckpointingOptions.ENABLE_UNALIGNED, true);
    settings.set(CheckpointingOptions.ALIGNED_CHECKPOINT_TIMEOUT, Duration.ofSeconds(1));
    // the number of subtasks may change up to this, the number itself never
    settings.set(PipelineOptions.MAX_PARALLELISM, MAX_PARALLELISM);
    settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1_000);
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    rocksDb().forEach(settings::setString);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    config.flink().forEach(settings::setString);
    return settings;
  }

  /**
   * What state on disk needs to keep up, without effect on state in memory: large caches and
   * buffers, a filter that spares reads, and the memory for them where the job runs in a process of
   * its own.
   */
  private static Map<String, String> rocksDb() {
    return Map.of(
        "state.backend.rocksdb.predefined-options", "SPINNING_DISK_OPTIMIZED_HIGH_MEM",
        "state.backend.rocksdb.use-bloom-filter", "true",
        "taskmanager.memory.managed.size", "512mb");
  }

  /** Version of this software, as the build wrote it into the jar. */
  public static String version() {
    String version = JobParts.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
