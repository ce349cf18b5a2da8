package io.tidecast.job.cli;

import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.config.JobConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "configuration file")
  private Path file;

  @Option(
      names = "--bounded",
      description = "end where the observation topic ends now, instead of reading on for ever")
  private boolean bounded;

  @Override
  public Integer call() throws Exception {
    JobConfig config = JobConfig.read(file);
    TopicCreator.createMissing(config.kafkaSettings(), config.topicSettings());
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(config.flinkConfiguration());
    ForecastJob.Ends ends = bounded ? KafkaEnds.bounded(config) : KafkaEnds.unbounded(config);
    new ForecastJob(config, config.trainer()).addTo(env, ends);
    env.execute("tidecast " + config.domain());
    return 0;
  }
}
