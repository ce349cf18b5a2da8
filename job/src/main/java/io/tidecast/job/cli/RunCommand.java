package io.tidecast.job.cli;

import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidecast run}: the forecasting job, here or, by {@code flink run}, on a cluster. */
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
      description = "end where the observation topic ends now, instead of reading on for ever")
  private boolean bounded;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "model that serves its group until a retraining promotes another, as written by train;"
              + " once per group; to be given again when going on from a savepoint")
  private List<Path> models = List.of();

  @Option(
      names = "--dry-run",
      description =
          "check configuration, models, topics and permissions, say what a start would do, and"
              + " start nothing; exit code 1 if something is in its way")
  private boolean dryRun;

  @Override
  public Integer call() throws Exception {
    JobConfig config = file.shown();
    JobParts parts = new JobParts(config);
    Champions champions = Champions.read(models, config.groups());
    if (dryRun) {
      return new DryRun(config, spec.commandLine().getOut()).report(champions);
    }
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(parts.flink());
    ForecastJob.Ends ends = bounded ? KafkaEnds.bounded(config) : KafkaEnds.unbounded(config);
    new ForecastJob(config, parts.trainer(), champions).addTo(env, ends);
    env.execute("tidecast " + config.domain());
    return 0;
  }
}
