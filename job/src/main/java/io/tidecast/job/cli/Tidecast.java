package io.tidecast.job.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

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
      ModelsCommand.class,
      ForecastCommand.class,
      BacktestCommand.class,
      BenchCommand.class,
      DlqCommand.class,
      ClusterCommand.class
    },
    footer = {"", "Example: tidecast demo", "         tidecast run --config conf/weather.yaml"})
public final class Tidecast {
  private static final String OWN_PROCESS = "tidecast.exit";
  private static final Logger LOG = LoggerFactory.getLogger(Tidecast.class);

  private Tidecast() {}

  /**
   * Runs a command. In a process of its own, which {@code bin/tidecast} says by the system property
   * {@value #OWN_PROCESS}, the exit code is that of the process. In any other, such as a JobManager
   * of Flink that runs {@code main} for a client, the process and its other jobs live on, and a
   * command that did not succeed throws.
   *
   * @throws CommandFailedException in a process of somebody else, with what the command has said
   */
  public static void main(String[] args) throws CommandFailedException {
    if (System.getProperty(OWN_PROCESS) != null) {
      System.exit(executed(args));
    }
    StringWriter said = new StringWriter();
    int code = commandLine().setErr(new PrintWriter(said, true)).execute(args);
    if (code != 0) {
      throw new CommandFailedException(said.toString().strip());
    }
  }

  private static int executed(String[] args) {
    try {
      return commandLine().execute(args);
    } catch (OutOfMemoryError e) {
      System.err.printf(
          "tidecast: %s: a heap of %d MB is too small for this; accepted: a larger one, such as by"
              + " JAVA_OPTS=-Xmx4g%n",
          e.getMessage(), Runtime.getRuntime().maxMemory() >> 20);
      return 1;
    }
  }

  /** A command did not succeed; the message is what it has said about that. */
  public static final class CommandFailedException extends Exception {
    private static final long serialVersionUID = 1;

    CommandFailedException(String said) {
      super(said);
    }
  }

  static CommandLine commandLine() {
    CommandLine line =
        new CommandLine(new Tidecast())
            .setExecutionExceptionHandler((e, command, result) -> failed(e, command.getErr()))
            .setParameterExceptionHandler((e, arguments) -> misused(e));
    ClusterCommand.passOn(line.getSubcommands().get("cluster"));
    return line;
  }

  /** One line says what is wrong; where in the program it showed is for the log. */
  private static int failed(Exception e, PrintWriter err) {
    if (e instanceof IllegalArgumentException) {
      err.println("tidecast: " + e.getMessage());
      return 2;
    }
    if (e instanceof NoSuchFileException missing) {
      err.println("tidecast: " + missing.getFile() + "; accepted: a file that is there");
      return 2;
    }
    LOG.info("the command has failed", e);
    err.println("tidecast: " + withCause(e));
    return 1;
  }

  /** One line, or what commands there are where none was given. */
  private static int misused(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().printf("tidecast: %s; see %s --help%n", firstLine(e), name);
    if (!command.getSubcommands().isEmpty()) {
      command.usage(command.getErr());
    }
    return 2;
  }

  private static String withCause(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String what = firstLine(e);
    String why = firstLine(root);
    return what.contains(why) ? what : what + ": " + why;
  }

  /** The words of an exception; its name too where these say little without. */
  private static String firstLine(Throwable e) {
    boolean speaks = e.getMessage() != null && e.getMessage().strip().contains(" ");
    return (speaks ? e.getMessage() : e.toString()).strip().lines().findFirst().orElseThrow();
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
