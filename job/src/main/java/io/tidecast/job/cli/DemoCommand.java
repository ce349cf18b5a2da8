package io.tidecast.job.cli;

import io.tidecast.connectors.feed.Speed;
import io.tidecast.job.cluster.LoopbackPort;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.demo.Demo;
import io.tidecast.job.state.Champions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidecast demo}: everything in one process. */
@Command(
    name = "demo",
    description =
        "Runs a Kafka broker, the forecasting job and a feed in this process, and shows what"
            + " happens. Nothing else is needed.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: tidecast demo",
      "         tidecast demo --scenario regime-change",
      "         tidecast demo --config conf/nycflights13_weather.yaml --data weather.csv.gz"
          + " --speed max --exit-at-end"
    })
final class DemoCommand implements Callable<Integer> {
  private static final String SCENARIO = "regime-change";

  @Mixin private FeedFileOption file;

  @Option(
      names = "--speed",
      description =
          "max, live (the past at once, then each observation when its time has come), observations"
              + " per second as 500/s, or a factor of real time as 60x; default: live, with"
              + " --exit-at-end max")
  private String speed;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      description =
          "tell a story on made-up pumps: regime-change, in which sensors are corrupted for a while,"
              + " the series change for good, and somebody brings a bad model; in place of --config;"
              + " default speed 60/s")
  private String scenario;

  @Option(
      names = "--exit-at-end",
      description =
          "feed everything, forecast up to the end of it, print a summary as JSON and exit")
  private boolean exitAtEnd;

  @Option(
      names = "--exit-after",
      paramLabel = "DURATION",
      description = "stop after this long, such as PT5M")
  private Duration exitAfter;

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description =
          "keep everything here, and go on from it when started again; default: a new directory,"
              + " deleted at the end")
  private Path workDirectory;

  @Option(
      names = "--port",
      description =
          "of Flink's web page; 0 for any free one; default: 8081, or any free one if it is taken")
  private Integer port;

  @Option(
      names = "--page-port",
      description =
          "of the live page; 0 for any free one; default: 8080, or any free one if it is taken")
  private Integer pagePort;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "model that serves its group until a retraining promotes another, as written by train;"
              + " once per group; to be given again when going on from a work directory")
  private List<Path> models = List.of();

  private String usualSpeed() {
    return scenario != null ? "60/s" : exitAtEnd ? "max" : "live";
  }

  @Override
  public Integer call() throws Exception {
    if (scenario != null && file.isGiven()) {
      throw new IllegalArgumentException("--scenario: with --config; accepted: one of the two");
    }
    if (scenario != null && !scenario.equals(SCENARIO)) {
      throw new IllegalArgumentException("--scenario: " + scenario + "; accepted: " + SCENARIO);
    }
    ConfigFile config = scenario == null ? file.orGeneratedWeather() : file.packaged(SCENARIO);
    Demo demo =
        new Demo(
            new Demo.Options(
                config,
                Champions.read(models, config.job().groups()),
                Speed.parse(speed == null ? usualSpeed() : speed),
                exitAtEnd,
                scenario != null,
                exitAfter,
                workDirectory,
                LoopbackPort.free("--port", port, 8081),
                LoopbackPort.free("--page-port", pagePort, 8080)),
            System.out,
            System.err);
    CleanStop stop = CleanStop.onInterrupt(demo::stop);
    try {
      demo.run();
    } finally {
      stop.close();
    }
    return 0;
  }
}
