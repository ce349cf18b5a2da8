package io.tidecast.job.cli;

import io.tidecast.job.config.ConfigFile;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The configuration file of a command that reads observations, and the file they come from. */
final class FeedFileOption extends ConfigOption {
  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "file of a feed of type file; default: the one that the configuration names")
  private Path data;

  boolean hasData() {
    return data != null;
  }

  @Override
  ConfigFile with(ConfigFile read) {
    ConfigFile file = super.with(read);
    return data == null ? file : file.withData(data);
  }
}
