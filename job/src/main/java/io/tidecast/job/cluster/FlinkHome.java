package io.tidecast.job.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an installed Flink would have in {@code lib} and {@code conf}.
 *
 * @param directory of the cluster
 * @param distribution the built one, the libraries of which are used
 */
record FlinkHome(Path directory, Path distribution) {
  /** Flink, its libraries, the log, and ND4J, which is loaded once per process. */
  private static final List<String> LIB =
      List.of(
          "flink-",
          "async-profiler-",
          "commons-cli-",
          "commons-collections-",
          "commons-compress-",
          "commons-io-",
          "commons-lang3-",
          "commons-math3-",
          "commons-text-",
          "frocksdbjni-",
          "hash4j-",
          "javassist-",
          "jsr305-",
          "kryo-",
          "log4j-",
          "minlog-",
          "objenesis-",
          "reflectasm-",
          "slf4j-api-",
          "snakeyaml-engine-",
          "guava-1.0.0", // ND4J's own
          "javacpp-",
          "nd4j-",
          "openblas-");

  Path conf() {
    return directory.resolve("conf");
  }

  /** Everything of the distribution, for processes that are not Flink's. */
  String wholeClassPath() {
    return distribution.resolve("lib") + File.separator + "*";
  }

  /** Without the job and its connector, which the job jar brings. */
  String classPath() throws IOException {
    try (Stream<Path> jars = Files.list(distribution.resolve("lib"))) {
      return jars.filter(FlinkHome::isInLib)
          .map(jar -> jar.toAbsolutePath().toString())
          .sorted()
          .collect(Collectors.joining(File.pathSeparator));
    }
  }

  private static boolean isInLib(Path jar) {
    String name = jar.getFileName().toString();
    return !name.startsWith("flink-connector-kafka-") && LIB.stream().anyMatch(name::startsWith);
  }

  /** Memory is given part by part: without Flink's scripts a TaskManager wants all of them. */
  void configure(Ports ports, int slots) throws IOException {
    Files.createDirectories(conf());
    Files.writeString(
        conf().resolve("config.yaml"),
        String.format(
            Locale.ROOT,
            """
        jobmanager.rpc.address: 127.0.0.1
        jobmanager.rpc.port: %d
        jobmanager.bind-host: 127.0.0.1
        rest.address: 127.0.0.1
        rest.bind-address: 127.0.0.1
        rest.port: %d
        taskmanager.host: 127.0.0.1
        taskmanager.bind-host: 127.0.0.1
        taskmanager.numberOfTaskSlots: %d
        taskmanager.cpu.cores: %d
        taskmanager.memory.framework.heap.size: 128m
        taskmanager.memory.framework.off-heap.size: 128m
        taskmanager.memory.jvm-metaspace.size: 256m
        taskmanager.memory.jvm-overhead.min: 192m
        taskmanager.memory.jvm-overhead.max: 192m
        taskmanager.memory.task.heap.size: 640m
        taskmanager.memory.task.off-heap.size: 0m
        taskmanager.memory.network.min: 64m
        taskmanager.memory.network.max: 64m
        taskmanager.memory.managed.size: 64m
        high-availability.type: zookeeper
        high-availability.zookeeper.quorum: 127.0.0.1:%d
        high-availability.zookeeper.client.session-timeout: 15 s
        high-availability.storageDir: "%s"
        high-availability.jobmanager.port: "%d"
        heartbeat.interval: 1 s
        heartbeat.timeout: 10 s
        pekko.startup-timeout: 2 min
        client.timeout: 10 min
        execution.checkpointing.dir: "%s"
        execution.checkpointing.savepoint-dir: "%s"
        execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION
        io.tmp.dirs: "%s"
        """,
            ports.jobManager(),
            ports.rest(),
            slots,
            slots,
            ports.zooKeeper(),
            uri("ha"),
            ports.jobManager(),
            uri("checkpoints"),
            uri("savepoints"),
            Files.createDirectories(directory.resolve("tmp"))));
    Files.writeString(
        conf().resolve("zoo.cfg"),
        String.format(
            Locale.ROOT,
            """
        tickTime=2000
        dataDir=%s
        clientPort=%d
        clientPortAddress=127.0.0.1
        admin.enableServer=false
        """,
            Files.createDirectories(directory.resolve("zookeeper")),
            ports.zooKeeper()));
    log("log4j2.properties", "INFO");
    log("log4j2-client.properties", "ERROR");
  }

  /** As Flink reads it, which takes what stands for a blank in other URIs as it is. */
  private String uri(String name) {
    return "file:" + directory.resolve(name);
  }

  private void log(String file, String level) throws IOException {
    Files.writeString(
        conf().resolve(file),
        """
        rootLogger.level = %s
        rootLogger.appenderRef.console.ref = console
        appender.console.type = Console
        appender.console.name = console
        appender.console.target = SYSTEM_ERR
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %%d{ISO8601} %%-5level %%c{1} - %%msg%%n
        # several Kafka clients in one process register the same names, each with a warning
        logger.metrics.name = org.apache.flink.runtime.metrics
        logger.metrics.level = ERROR
        logger.kafka.name = org.apache.kafka
        logger.kafka.level = WARN
        logger.broker.name = kafka
        logger.broker.level = WARN
        # an error to it that ZooKeeper wants no password
        logger.zookeeper.name = org.apache.flink.shaded.curator5.org.apache.curator.ConnectionState
        logger.zookeeper.level = OFF
        """
            .formatted(level));
  }
}
