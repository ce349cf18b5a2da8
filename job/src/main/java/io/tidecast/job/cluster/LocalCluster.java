package io.tidecast.job.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidecast.connectors.postgres.PostgresConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A Flink cluster, a broker and a database on this machine, each part a process of its own and all
 * of them on the loopback interface. They outlive the process that starts them.
 *
 * <p>What is in its directory is enough to go on after {@link #stop}, a crash or a reboot: topics,
 * tables, checkpoints, and in ZooKeeper which jobs were running, which then run again. For trials
 * and tests: the database has no password, and nothing is replicated.
 */
public final class LocalCluster {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * Without what separates paths, or what Flink takes for another: its blobs lie beside a blank.
   */
  private static final Pattern NAME = Pattern.compile("[^\\s:;,\"\\\\'#%]+");

  /** What JobManager and TaskManagers need. */
  private static final List<String> SERVERS = List.of("zookeeper", "kafka", "postgres");

  /** Of a JVM that ends before better code pays: 1.4 s of processor time instead of 2.6. */
  private static final List<String> SHORT_LIVED =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private final Path directory;
  private final FlinkHome flink;
  private final Ports ports;
  private final List<Part> parts;
  private final HttpClient http = HttpClient.newHttpClient();

  private LocalCluster(Path directory, Path distribution, Ports ports, Size size)
      throws IOException {
    this.directory = directory;
    this.flink = new FlinkHome(directory, distribution);
    this.ports = ports;
    this.parts = parts(size);
  }

  /**
   * How much of it there is.
   *
   * @param taskManagers processes that run tasks, 1 or more
   * @param slots of each: how many subtasks of an operator one process can run, 1 or more
   */
  public record Size(int taskManagers, int slots) {
    public Size {
      atLeastOne("--taskmanagers", taskManagers);
      atLeastOne("--slots", slots);
    }

    private static void atLeastOne(String option, int count) {
      if (count < 1) {
        throw new IllegalArgumentException(option + ": " + count + "; accepted: 1 or more");
      }
    }
  }

  /**
   * Starts what does not run yet and returns when the cluster takes jobs.
   *
   * @param named where everything lives; made if it is new
   * @param distribution the built one: its {@code lib} is what the processes run
   * @param ports of a new directory; one that was used before keeps those it has
   * @throws IOException if a part does not start; what did is stopped again
   */
  public static LocalCluster start(Path named, Path distribution, Ports ports, Size size)
      throws IOException {
    if (!NAME.matcher(named.toAbsolutePath().toString()).matches()) {
      throw new IllegalArgumentException(
          "--work-dir: " + named + "; accepted: a path without blanks and : ; , \" \\ ' # %");
    }
    Path directory = Files.createDirectories(named).toRealPath();
    Path file = directory.resolve("ports.properties");
    if (!Files.exists(file)) {
      ports.write(file);
    }
    LocalCluster cluster = new LocalCluster(directory, distribution, Ports.read(file), size);
    cluster.flink.configure(cluster.ports, size.slots());
    try {
      cluster.startAll(size);
    } catch (IOException | RuntimeException e) {
      cluster.stop();
      throw e;
    }
    return cluster;
  }

  /**
   * A cluster that was started before, perhaps by another process.
   *
   * @throws IllegalArgumentException if nothing was started there
   */
  public static LocalCluster in(Path directory, Path distribution) throws IOException {
    Path file = directory.resolve("ports.properties");
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(
          "--work-dir: " + directory + "; accepted: the directory of a cluster that was started");
    }
    Path real = directory.toRealPath();
    int taskManagers = 0;
    while (Files.exists(real.resolve("taskmanager-" + (taskManagers + 1) + ".log"))) {
      taskManagers++;
    }
    return new LocalCluster(
        real, distribution, Ports.read(file), new Size(Math.max(1, taskManagers), 1));
  }

  private List<Part> parts(Size size) throws IOException {
    List<Part> all = new ArrayList<>();
    all.add(zooKeeper());
    all.add(server("kafka", ports.kafka()));
    all.add(server("postgres", ports.postgres()));
    all.add(
        flinkPart(
            "jobmanager",
            "768m",
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            "--configDir",
            flink.conf().toString()));
    for (int number = 1; number <= size.taskManagers(); number++) {
      all.add(
          flinkPart(
              "taskmanager-" + number,
              "768m",
              "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
              "--configDir",
              flink.conf().toString()));
    }
    return all;
  }

  /** Flink's own, which wants a compression library that Flink's {@code lib} does not have. */
  private Part zooKeeper() {
    List<String> command =
        java(
            "128m",
            flink.wholeClassPath(),
            "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
            "--zkConfigFile",
            flink.conf().resolve("zoo.cfg").toString(),
            "--peerId",
            "1");
    return new Part("zookeeper", directory, command, Map.of());
  }

  private Part server(String kind, int port) {
    Path ready = directory.resolve(kind + ".ready");
    List<String> command =
        java(
            "512m",
            flink.wholeClassPath(),
            HostedServer.class.getName(),
            kind,
            directory.resolve(kind).toString(),
            Integer.toString(port),
            ready.toString());
    return new Part(kind, directory, command, Map.of());
  }

  private Part flinkPart(String name, String heap, String mainClass, String... arguments)
      throws IOException {
    return new Part(
        name, directory, java(heap, flink.classPath(), mainClass, arguments), environment());
  }

  /** With few arenas, as is usual for Flink: else glibc keeps one for each of many threads. */
  private Map<String, String> environment() {
    return Map.of("FLINK_CONF_DIR", flink.conf().toString(), "MALLOC_ARENA_MAX", "2");
  }

  /** Started so that closing the terminal does not end it. */
  private List<String> java(String heap, String classPath, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>(List.of("nohup"));
    command.addAll(java(heap, "log4j2.properties", classPath, mainClass, List.of(arguments)));
    return command;
  }

  private List<String> java(
      String heap, String log, String classPath, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    // else caches of the JDK keep the classes of a job that has ended, a second per free megabyte
    command.add("-XX:SoftRefLRUPolicyMSPerMB=0");
    command.add("--add-opens=java.base/java.util=ALL-UNNAMED");
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("-Dlog4j2.configurationFile=" + flink.conf().resolve(log));
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  /** One after the other where one needs the other: fewer processes start at the same time. */
  private void startAll(Size size) throws IOException {
    for (String name : SERVERS) {
      part(name).start();
    }
    awaitServer("kafka");
    awaitServer("postgres");
    part("jobmanager").start();
    await("/overview", "the JobManager", overview -> overview.has("slots-total"));
    for (Part part : parts) {
      part.start();
    }
    awaitSlots(size.taskManagers() * size.slots());
  }

  /** Returns when the broker or the database serves, after its part was started. */
  public void awaitServer(String name) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!Files.exists(part(name).readyFile())) {
      pause(deadline, name + " to serve");
    }
  }

  /** Returns when the TaskManagers have reported this many slots, used or free. */
  public void awaitSlots(int slots) throws IOException {
    await("/overview", slots + " slots", overview -> overview.path("slots-total").asInt() >= slots);
  }

  /**
   * Asks the REST interface until it gives what is awaited.
   *
   * @throws IOException if that does not happen within five minutes; with the last lines of all
   *     logs
   */
  public JsonNode await(String path, String what, Predicate<JsonNode> found) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      JsonNode answer = get(path);
      if (found.test(answer)) {
        return answer;
      }
      pause(deadline, what + ", last seen: " + answer);
    }
  }

  /** What the REST interface answers; a missing node while nobody does. */
  public JsonNode get(String path) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(web().resolve(path)).timeout(Duration.ofSeconds(10)).build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new ObjectMapper().readTree(response.statusCode() == 200 ? response.body() : "");
    } catch (IOException nobodyAnswers) {
      return new ObjectMapper().readTree("");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking for " + path, e);
    }
  }

  private void pause(long deadline, String what) throws IOException {
    for (Part part : parts) {
      if (part.hasFallen()) {
        throw new IOException(part.name() + " has ended by itself\n" + part.lastLines());
      }
    }
    if (System.nanoTime() > deadline) {
      throw new IOException("waited too long for " + what + "\n" + part("jobmanager").lastLines());
    }
    LockSupport.parkNanos(POLL.toNanos());
  }

  /**
   * Flink's own command line, to be started by the caller.
   *
   * @param arguments such as {@code run -d tidecast-job.jar run --config plant.yaml}
   */
  public ProcessBuilder client(List<String> arguments) throws IOException {
    List<String> command =
        java(
            "512m",
            "log4j2-client.properties",
            flink.classPath(),
            "org.apache.flink.client.cli.CliFrontend",
            arguments);
    command.addAll(1, SHORT_LIVED);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment());
    return builder;
  }

  /** The part of a name: zookeeper, kafka, postgres, jobmanager, taskmanager-1, ... */
  public Part part(String name) {
    return parts.stream()
        .filter(part -> part.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no part " + name + " in " + directory));
  }

  /** All parts, in the order in which they are started. */
  public List<Part> parts() {
    return List.copyOf(parts);
  }

  public URI web() {
    return URI.create("http://127.0.0.1:" + ports.rest());
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + ports.kafka();
  }

  /** The database that a configuration names if it says nothing else. */
  public PostgresConfig database() {
    return new PostgresConfig(
        "jdbc:postgresql://127.0.0.1:" + ports.postgres() + "/tidecast", "tidecast", "");
  }

  /**
   * Ends all parts, what is Flink's before what that needs. Jobs that were running go on when the
   * cluster is started again.
   */
  public void stop() throws IOException {
    stop(parts.stream().filter(part -> !SERVERS.contains(part.name())).toList());
    stop(parts);
  }

  /** Side by side. */
  private static void stop(List<Part> together) throws IOException {
    for (Part part : together) {
      part.askToEnd();
    }
    for (Part part : together) {
      part.stop();
    }
  }
}
