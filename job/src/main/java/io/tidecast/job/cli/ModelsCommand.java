package io.tidecast.job.cli;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ControlJsonV1;
import io.tidecast.job.Registry;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.BroughtModel;
import io.tidecast.job.report.ModelsReport;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code tidecast models}: what the registry of a domain holds, and what is asked of the job that
 * runs on it. The job decides at the next boundary of the group, in its order among all that it is
 * decided from: what is asked for here is an input like any other.
 */
@Command(
    name = "models",
    description =
        "Shows the models of a domain and what was decided about them, and asks the running job to"
            + " promote one, to go back, or to retrain.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ModelsCommand.ListModels.class,
      ModelsCommand.Show.class,
      ModelsCommand.Promote.class,
      ModelsCommand.Rollback.class,
      ModelsCommand.Import.class,
      ModelsCommand.Export.class,
      ModelsCommand.Retrain.class
    },
    footer = {
      "",
      "Example: tidecast models list --config conf/weather.yaml",
      "         tidecast models rollback --config conf/weather.yaml temperature"
    })
final class ModelsCommand {

  /** What all of them are told. */
  private abstract static class Base implements Callable<Integer> {
    @Mixin private ConfigOption file;

    @Option(names = "--json", description = "one JSON object per line")
    boolean json;

    @Spec private CommandSpec spec;

    JobConfig config;
    Registry registry;

    @Override
    public Integer call() throws Exception {
      config = file.job();
      prepare();
      registry = Registry.read(config.kafkaConfig());
      for (String refused : registry.refused()) {
        spec.commandLine().getErr().println("left out of " + topic() + ", " + refused);
      }
      run();
      out().flush();
      return 0;
    }

    /** Who only looks changes nothing: a domain that is misspelt gets no topics. */
    void prepare() {}

    abstract void run() throws IOException;

    PrintWriter out() {
      return spec.commandLine().getOut();
    }

    private String topic() {
      return config.kafkaConfig().topics().model();
    }

    void requireGroup(String group) {
      if (!config.groups().containsKey(group)) {
        throw new IllegalArgumentException(
            "GROUP: " + group + "; accepted: one of " + config.groups().keySet());
      }
    }

    ModelRecord version(String version) {
      return registry
          .version(version)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "VERSION: " + version + "; accepted: one that is in " + topic()));
    }
  }

  /** What those are told that ask for something; it may be before the job first runs. */
  private abstract static class Asking extends Base {
    @Override
    void prepare() {
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    }

    /** Asks for something at the first boundary that is not decided yet. */
    void ask(String group, ControlRecord.Action action, ModelFile model, boolean force) {
      requireGroup(group);
      Optional<Instant> next =
          registry.last(group).map(last -> last.boundary().plus(config.retrain().epoch()));
      ControlRecord record =
          new ControlRecord(
              group, action, next.orElse(null), model.version(), force, model.bytes());
      KeyedBytesSink.append(
          config.kafkaConfig(),
          config.kafkaConfig().topics().control(),
          new KeyedBytes(group.getBytes(StandardCharsets.UTF_8), ControlJsonV1.write(record)));
      new ModelsReport(out(), json).asked(record);
    }
  }

  private static final ModelFile NO_MODEL = new ModelFile("", new byte[0]);

  @Command(
      name = "list",
      description = "The versions of each group, which one serves, and the last decision.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast models list --config conf/weather.yaml"})
  static final class ListModels extends Base {
    @Override
    void run() {
      ModelsReport report = new ModelsReport(out(), json);
      for (String group : config.groups().keySet()) {
        report.group(group, registry);
      }
    }
  }

  @Command(
      name = "show",
      description = "All decisions of a group, or one version and how it came about.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast models show --config conf/weather.yaml temperature"})
  static final class Show extends Base {
    @Parameters(paramLabel = "GROUP|VERSION", description = "what to show")
    private String what;

    @Override
    void run() {
      ModelsReport report = new ModelsReport(out(), json);
      if (config.groups().containsKey(what)) {
        registry.decisions(what).forEach(report::decision);
      } else {
        ModelRecord record = version(what);
        report.version(record, new ModelFile(what, record.artifact()).open());
      }
    }
  }

  @Command(
      name = "promote",
      description = "Asks for a version of the registry to serve, if the gate lets it.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: tidecast models promote --config conf/weather.yaml temperature-3-0a1b2c3d"
      })
  static final class Promote extends Asking {
    @Parameters(paramLabel = "VERSION", description = "one of models list")
    private String version;

    @Option(
        names = "--force",
        description =
            "without the gate, which holds it against the model that serves and the better naive"
                + " on the newest windows; the watch after a promotion is not skipped")
    private boolean force;

    @Override
    void run() {
      ModelRecord record = version(version);
      ask(
          record.group(),
          ControlRecord.Action.PROMOTE,
          new ModelFile(version, record.artifact()),
          force);
    }
  }

  @Command(
      name = "rollback",
      description =
          "Asks for the version before the one that serves: forecasts are then those of a run that"
              + " never left it.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast models rollback --config conf/weather.yaml temperature"})
  static final class Rollback extends Asking {
    @Parameters(paramLabel = "GROUP", description = "model group")
    private String group;

    @Override
    void run() {
      ask(group, ControlRecord.Action.ROLLBACK, NO_MODEL, false);
    }
  }

  @Command(
      name = "import",
      description =
          "Asks for a model from a file to serve, if it passes the checks that every model passes,"
              + " and the gate.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast models import --config conf/weather.yaml other.safetensors"})
  static final class Import extends Asking {
    @Parameters(paramLabel = "FILE", description = "a model, as train or PyTorch wrote it")
    private Path model;

    @Option(
        names = "--force",
        description =
            "without the gate; the checks of the file and the watch after a promotion are not"
                + " skipped")
    private boolean force;

    @Override
    void run() throws IOException {
      ForecastModel read = BroughtModel.read(model, config.groups());
      ask(read.provenance().group(), ControlRecord.Action.PROMOTE, ModelFile.of(read), force);
    }
  }

  @Command(
      name = "export",
      description = "Writes a version of the registry to a file that run and import accept.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: tidecast models export --config conf/weather.yaml --out models"
            + " temperature-3-0a1b2c3d"
      })
  static final class Export extends Base {
    @Parameters(paramLabel = "VERSION", description = "one of models list")
    private String version;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        defaultValue = ".",
        description = "directory of <version>.safetensors; default: ${DEFAULT-VALUE}")
    private Path directory;

    @Override
    void run() throws IOException {
      Path written = directory.resolve(version + ".safetensors");
      byte[] artifact = version(version).artifact();
      Files.createDirectories(directory);
      Files.write(written, artifact);
      new ModelsReport(out(), json).written(version, written);
    }
  }

  @Command(
      name = "retrain",
      description = "Asks for a training at the next boundary, whatever the schedule says.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast models retrain --config conf/weather.yaml temperature"})
  static final class Retrain extends Asking {
    @Parameters(arity = "1..*", paramLabel = "GROUP", description = "model groups")
    private List<String> groups;

    @Override
    void run() {
      groups.forEach(this::requireGroup);
      groups.forEach(group -> ask(group, ControlRecord.Action.RETRAIN, NO_MODEL, false));
    }
  }
}
