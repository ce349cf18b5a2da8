package io.tidecast.job.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line. Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration. */
@Command(
    name = "tidecast",
    description = "Forecasts time series as they stream through Kafka.",
    mixinStandardHelpOptions = true,
    versionProvider = Tidecast.Version.class,
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      FeedCommand.class,
      StoreCommand.class,
      ServeCommand.class,
      TrainCommand.class,
      ImportCommand.class,
      ForecastCommand.class,
      BacktestCommand.class,
      BenchCommand.class,
      ClusterCommand.class
    },
    footer = {"", "Example: tidecast demo", "         tidecast run --config conf/weather.yaml"})
public final class Tidecast {
  private Tidecast() {}

  public static void main(String[] args) {
    int code = commandLine().execute(args);
    // In application mode Flink runs main inside the JobManager, which must live on.
    if (code != 0 || System.getProperty("tidecast.exit") != null) {
      System.exit(code);
    }
  }

  static CommandLine commandLine() {
    CommandLine line =
        new CommandLine(new Tidecast())
            .setExecutionExceptionHandler(
                (e, command, result) -> {
                  boolean configuration = e instanceof IllegalArgumentException;
                  command.getErr().println("tidecast: " + message(e, configuration));
                  if (!configuration) {
                    e.printStackTrace(command.getErr());
                  }
                  return configuration ? 2 : 1;
                });
    ClusterCommand.passOn(line.getSubcommands().get("cluster"));
    return line;
  }

  private static String message(Exception e, boolean configuration) {
    return configuration || e.getMessage() == null ? e.getMessage() : e.toString();
  }

  /** The build's own version. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Tidecast.class.getPackage().getImplementationVersion();
      return new String[] {"tidecast " + (version == null ? "unpackaged" : version)};
    }
  }
}
