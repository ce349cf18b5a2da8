package io.tidecast.job.cli;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.ExactlyOnce;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobIdentity;
import io.tidecast.job.JobParts;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.ModelsAtStart;
import io.tidecast.job.Registry;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code tidecast run}: the forecasting job, here or, by {@code flink run}, on a cluster. Started
 * again it goes on where it was, so that no forecast is published a second time unless asked for.
 */
@Command(
    name = "run",
    description = "Runs the forecasting job: observations in, forecasts out.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: tidecast run --config conf/weather.yaml",
      "         flink run tidecast-job.jar run --config conf/weather.yaml"
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigOption file;

  @Option(
      names = "--bounded",
      description =
          "end where the observation topic ends now, instead of reading on for ever; its series end"
              + " too, so that no later run goes on after it")
  private boolean bounded;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "model that serves its group until a retraining promotes another, as written by train;"
              + " once per group; to be given again when going on from a savepoint; default: the one"
              + " that served last, from the model topic")
  private List<Path> models = List.of();

  @Option(
      names = "--dry-run",
      description =
          "check configuration, models, topics, permissions and database, say what a start would"
              + " do, and start nothing; exit code 1 if something is in its way")
  private boolean dryRun;

  @Option(
      names = "--from-beginning",
      description =
          "forecast everything again from the first observation that Kafka keeps, whatever"
              + " checkpoints and forecasts there are; the default is to go on from the newest"
              + " checkpoint")
  private boolean fromBeginning;

  @Option(
      names = "--instance",
      paramLabel = "NAME",
      defaultValue = JobIdentity.MAIN,
      description =
          "name of this job beside others of the same domain, with transactions, consumer group and"
              + " checkpoints of its own; what it forecasts and decides goes to the same topics."
              + " Default: ${DEFAULT-VALUE}")
  private String instance;

  @Override
  public Integer call() throws Exception {
    JobConfig config = file.shown();
    JobParts parts = new JobParts(config);
    JobIdentity identity = new JobIdentity(config.domain(), instance);
    Champions champions = Champions.read(models, config.groups());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(parts.flink());
    if (dryRun) {
      return new DryRun(config, spec.commandLine().getOut())
          .report(
              champions,
              () -> Start.look(env, identity.directory("run"), file.directory(), fromBeginning),
              fromBeginning);
    }
    TopicCreator.createMissing(
        config.kafkaConfig(), config.topicsConfig(), config.source().readsOwnTopic());
    parts.requireTopicLimits();
    try (Start start =
        Start.of(env, identity.directory("run"), file.directory(), spec.commandLine().getOut())) {
      if (start.isToldWhereToGoOn() || !fromBeginning && start.goOn()) {
        start.say("models: those of its state, whatever the registry says");
      } else {
        champions = begin(config, start, champions);
      }
      ForecastJob.Ends ends =
          bounded ? KafkaEnds.bounded(config, identity) : KafkaEnds.unbounded(config, identity);
      new ForecastJob(config, parts.trainer(), champions).addTo(env, ends);
      env.execute(identity.jobName());
    }
    return 0;
  }

  /** The models that a job without a state begins with, and a word on each. */
  private Champions begin(JobConfig config, Start start, Champions given) {
    Set<String> others = ExactlyOnce.Claim.others(config.kafkaConfig(), instance);
    if (!fromBeginning) {
      requireNoForecasts(config, start, others);
    } else if (!others.isEmpty()) {
      start.say(
          "beside --instance "
              + String.join(", ", others)
              + " of this domain: what several forecast and decide is published by each, and the"
              + " last decision of all counts; another domain keeps them apart");
    }
    Registry registry = fromBeginning ? Registry.empty() : Registry.read(config.kafkaConfig());
    ModelsAtStart models = new ModelsAtStart(config, given, registry);
    models.words().forEach(start::say);
    return models.champions();
  }

  /** Without a checkpoint a job begins with the first observation, and forecasts all again. */
  private static void requireNoForecasts(JobConfig config, Start start, Set<String> others) {
    String topic = config.kafkaConfig().topics().forecast();
    if (!CommittedTopic.isEmpty(config.kafkaConfig(), topic)) {
      throw new IllegalArgumentException(
          "--from-beginning: absent, but "
              + topic
              + " holds forecasts"
              + (others.isEmpty() ? "" : ", also of --instance " + String.join(", ", others))
              + ", and there is no checkpoint to go on from in "
              + start.directory()
              + ", as after a run that was --bounded; accepted: --from-beginning, which publishes"
              + " them a second time, or"
              + " --set flink.execution.state-recovery.path=CHECKPOINT");
    }
  }
}
