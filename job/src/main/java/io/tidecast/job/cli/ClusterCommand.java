package io.tidecast.job.cli;

import io.tidecast.job.cluster.LocalCluster;
import io.tidecast.job.cluster.LoopbackPort;
import io.tidecast.job.cluster.Part;
import io.tidecast.job.cluster.Ports;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidecast cluster}: a Flink cluster on this machine to try the job on. */
@Command(
    name = "cluster",
    description = "Runs a Flink cluster, a Kafka broker and PostgreSQL on this machine.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(start | status | stop | flink)",
    footer = {
      "",
      "Example: tidecast cluster start",
      "         tidecast cluster flink run -d tidecast-job.jar run --config conf/weather.yaml",
      "         tidecast cluster stop"
    })
final class ClusterCommand {
  @Spec private CommandSpec spec;

  /** Where the cluster is. */
  static final class Directory {
    @Option(
        names = "--work-dir",
        paramLabel = "DIR",
        defaultValue = "tidecast-cluster",
        description = "where topics, tables, checkpoints and logs are; default: ${DEFAULT-VALUE}")
    private Path path;

    LocalCluster cluster() throws Exception {
      return LocalCluster.in(path, distribution());
    }
  }

  /** The start script says where the jars are; a class path alone does not. */
  private static Path distribution() {
    String home = System.getProperty("tidecast.home");
    if (home == null) {
      throw new IllegalArgumentException(
          "tidecast.home: absent; accepted: the distribution, as bin/tidecast gives it");
    }
    return Path.of(home);
  }

  /** What stands after {@code cluster flink} is Flink's, options included. */
  static void passOn(CommandLine cluster) {
    cluster.getSubcommands().get("flink").setStopAtPositional(true);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  @Command(
      description =
          "Starts what does not run yet, each part a process of its own, and returns when the"
              + " cluster takes jobs. Jobs that ran when it was stopped go on.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast cluster start --work-dir trial --taskmanagers 2"})
  int start(
      @Mixin Directory directory,
      @Option(
              names = "--taskmanagers",
              paramLabel = "N",
              defaultValue = "2",
              description = "processes that run tasks; default: ${DEFAULT-VALUE}")
          int taskManagers,
      @Option(
              names = "--slots",
              paramLabel = "N",
              defaultValue = "2",
              description = "of each of them; default: ${DEFAULT-VALUE}")
          int slots,
      @Option(
              names = "--port",
              description =
                  "of Flink's web page, 0 for any free one; default: 8081, or any if it is taken")
          Integer webPort,
      @Option(
              names = "--kafka-port",
              description = "of the broker; default: 9092, or any free one if it is taken")
          Integer kafkaPort,
      @Option(
              names = "--postgres-port",
              description = "of the database; default: 5432, or any free one if it is taken")
          Integer postgresPort)
      throws Exception {
    Ports ports =
        new Ports(
            LoopbackPort.free("--port", webPort, 8081),
            LoopbackPort.free("--kafka-port", kafkaPort, 9092),
            LoopbackPort.free("--postgres-port", postgresPort, 5432),
            LoopbackPort.free("jobmanager", 0, 6123),
            LoopbackPort.free("zookeeper", 0, 2181));
    LocalCluster cluster =
        LocalCluster.start(
            directory.path, distribution(), ports, new LocalCluster.Size(taskManagers, slots));
    out().println("Flink at " + cluster.web());
    out().println("Kafka at " + cluster.bootstrapServers());
    out().println("PostgreSQL at " + cluster.database().url() + ", user tidecast, no password");
    return 0;
  }

  @Command(
      description = "Says which parts run. Exit code 1 if one does not.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast cluster status"})
  int status(@Mixin Directory directory) throws Exception {
    boolean all = true;
    for (Part part : directory.cluster().parts()) {
      out().printf("%-14s %s%n", part.name(), part.isAlive() ? "runs" : "does not run");
      all &= part.isAlive();
    }
    return all ? 0 : 1;
  }

  @Command(
      description = "Ends all parts. Everything is kept for the next start.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast cluster stop"})
  int stop(@Mixin Directory directory) throws Exception {
    directory.cluster().stop();
    return 0;
  }

  @Command(
      description = "Flink's own command line on this cluster: run, list, stop, savepoint, ...",
      footer = {
        "",
        "Example: tidecast cluster flink run -d tidecast-job.jar run --config conf/weather.yaml",
        "         tidecast cluster flink list",
        "         tidecast cluster flink stop JOB"
      })
  int flink(
      @Mixin Directory directory,
      @Parameters(paramLabel = "ARGUMENT", description = "as flink takes them")
          List<String> arguments)
      throws Exception {
    return directory.cluster().client(arguments).inheritIO().start().waitFor();
  }
}
