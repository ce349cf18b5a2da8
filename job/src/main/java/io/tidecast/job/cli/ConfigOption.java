package io.tidecast.job.cli;

import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The configuration file of a command, and what takes the place of single values in it. */
class ConfigOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--config", paramLabel = "FILE", description = "configuration file")
  private Path file;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "in place of what the file says, such as forecast.horizon=48; may be repeated")
  private Map<String, String> values = new LinkedHashMap<>();

  /** What the file and the values say; without {@code --config} a usage error. */
  JobConfig job() throws IOException {
    return read().job();
  }

  /** The same, shown on the standard error stream with all defaults. */
  JobConfig shown() throws IOException {
    JobConfig job = job();
    command.commandLine().getErr().print("configuration in effect:\n" + job.toYaml().indent(2));
    command.commandLine().getErr().flush();
    return job;
  }

  /** Where the file lies. */
  Path directory() {
    return file.toAbsolutePath().getParent();
  }

  ConfigFile read() throws IOException {
    if (file == null) {
      throw new ParameterException(
          command.commandLine(), "Missing required option: '--config=FILE'");
    }
    return with(ConfigFile.read(file));
  }

  boolean isGiven() {
    return file != null;
  }

  /** One that comes with the program, and what takes the place of single values in it. */
  ConfigFile packaged(String name) throws IOException {
    return with(ConfigFile.packaged(name));
  }

  /** Without {@code --config} the generated weather of the demo. */
  ConfigFile orGeneratedWeather() throws IOException {
    return file == null ? with(ConfigFile.packaged("weather")) : read();
  }

  /** A file as this command is to read it. */
  ConfigFile with(ConfigFile read) {
    ConfigFile file = read;
    for (Map.Entry<String, String> value : values.entrySet()) {
      file = file.with(value.getKey(), value.getValue());
    }
    return file;
  }
}
