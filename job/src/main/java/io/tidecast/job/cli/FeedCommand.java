package io.tidecast.job.cli;

import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.FeedRunner;
import io.tidecast.connectors.feed.Speed;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.FileCheck;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidecast feed}: publishes observations to Kafka, each exactly once. */
@Command(
    name = "feed",
    description =
        "Publishes the configured feed to the observation topic. Started again after a stop or a"
            + " kill it goes on where it was: nothing is lost, nothing doubled.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: tidecast feed --config conf/nycflights13_weather.yaml --data weather.csv.gz"
          + " --speed 500/s",
      "A new file: tidecast feed --check measurements.csv > measurements.yaml"
    })
final class FeedCommand implements Callable<Integer> {
  @Mixin private FeedFileOption file;

  @Option(
      names = "--check",
      paramLabel = "FILE",
      description =
          "publishes nothing: reads the file, prints what it understood and a configuration to start"
              + " from; with --config, what that one understands")
  private Path check;

  @Option(
      names = "--speed",
      defaultValue = "max",
      description =
          "max, live (each when its time has come), rows per second as 500/s, or a factor of real"
              + " time as 60x; default: ${DEFAULT-VALUE}")
  private String speed;

  @Option(
      names = "--name",
      defaultValue = "default",
      description = "name its progress is kept under; default: ${DEFAULT-VALUE}")
  private String name;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description =
          "where a generated feed without a start is anchored (RFC 3339); needed to go on after a"
              + " restart; default: now")
  private Instant start;

  @Override
  public Integer call() throws Exception {
    if (check != null) {
      System.out.print(
          file.isGiven() ? FileCheck.of(file.read().withData(check).job()) : FileCheck.of(check));
      return 0;
    }
    return publish(file.shown());
  }

  private int publish(JobConfig config) {
    Speed pace = Speed.parse(speed);
    Clock clock = Clock.systemUTC();
    Feed feed = new JobParts(config).feed(start == null ? clock.instant() : start);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    FeedRunner runner =
        new FeedRunner(
            config.kafkaConfig(),
            name,
            feed,
            pace,
            clock,
            (rows, time) -> System.err.printf("\r%,d rows published, at %s", rows, time));
    long rows;
    CleanStop stop = CleanStop.onInterrupt(runner::stop);
    try {
      rows = runner.run();
    } finally {
      stop.close();
    }
    System.err.printf("%n");
    System.out.println(rows + " rows published");
    return 0;
  }
}
