package io.tidecast.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JobManager and a TaskManager in processes of their own, from nothing but jars: what the image
 * has in Flink's {@code lib/}. Closing it, or the end of this process, ends them.
 */
final class LocalCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

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

  private final Path directory;
  private final String classPath;
  private final int restPort = freePort();
  private final List<Process> processes = new ArrayList<>();
  private final Thread atExit = new Thread(this::destroyAll);
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * Starts both processes and waits until they have found each other.
   *
   * @param directory for configuration and logs
   * @param distribution the built one, the libraries of which are used
   */
  static LocalCluster start(Path directory, Path distribution) throws Exception {
    LocalCluster cluster = new LocalCluster(directory, distribution);
    try {
      cluster.start();
    } catch (Exception | AssertionError e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private LocalCluster(Path directory, Path distribution) throws IOException {
    this.directory = directory;
    classPath = classPath(distribution);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private void start() throws Exception {
    configure();
    processes.add(
        java("jobmanager", "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint")
            .start());
    processes.add(
        java("taskmanager", "org.apache.flink.runtime.taskexecutor.TaskManagerRunner").start());
    awaitSlots();
  }

  /** Waits until both processes answer and a slot is free. */
  void awaitSlots() throws Exception {
    await("/overview", "a slot", overview -> overview.path("slots-available").asInt() > 0);
  }

  /** What would lie in Flink's {@code lib/}. */
  private static String classPath(Path distribution) throws IOException {
    try (Stream<Path> jars = Files.list(distribution.resolve("lib"))) {
      return jars.filter(LocalCluster::isInLib)
          .map(jar -> jar.toAbsolutePath().toString())
          .sorted()
          .collect(Collectors.joining(File.pathSeparator));
    }
  }

  private static boolean isInLib(Path jar) {
    String name = jar.getFileName().toString();
    // the job jar brings the connector
    return !name.startsWith("flink-connector-kafka-") && LIB.stream().anyMatch(name::startsWith);
  }

  private void configure() throws IOException {
    Path conf = Files.createDirectories(directory.resolve("conf"));
    Files.writeString(
        conf.resolve("config.yaml"),
        """
        jobmanager.rpc.address: 127.0.0.1
        jobmanager.rpc.port: %d
        jobmanager.bind-host: 127.0.0.1
        rest.address: 127.0.0.1
        rest.bind-address: 127.0.0.1
        rest.port: %d
        taskmanager.host: 127.0.0.1
        taskmanager.bind-host: 127.0.0.1
        taskmanager.numberOfTaskSlots: 1
        taskmanager.cpu.cores: 1
        taskmanager.memory.framework.heap.size: 128m
        taskmanager.memory.framework.off-heap.size: 128m
        taskmanager.memory.jvm-metaspace.size: 256m
        taskmanager.memory.jvm-overhead.min: 192m
        taskmanager.memory.jvm-overhead.max: 192m
        taskmanager.memory.task.heap.size: 512m
        taskmanager.memory.task.off-heap.size: 0m
        taskmanager.memory.network.min: 64m
        taskmanager.memory.network.max: 64m
        taskmanager.memory.managed.size: 16m
        execution.checkpointing.dir: %s
        io.tmp.dirs: %s
        """
            .formatted(
                freePort(),
                restPort,
                directory.resolve("checkpoints").toUri(),
                Files.createDirectories(directory.resolve("tmp"))));
    Files.writeString(
        conf.resolve("log4j2.properties"),
        """
        rootLogger.level = INFO
        rootLogger.appenderRef.console.ref = console
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %d{HH:mm:ss} %-5level %c{1} - %msg%n
        """);
  }

  /** A process whose output goes to a file of its name. */
  private ProcessBuilder java(String name, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx768m");
    command.add("--add-opens=java.base/java.util=ALL-UNNAMED");
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("-Dlog4j2.configurationFile=" + directory.resolve("conf/log4j2.properties"));
    command.add("-cp");
    command.add(classPath);
    command.add(mainClass);
    if (arguments.length == 0) {
      command.addAll(List.of("--configDir", directory.resolve("conf").toString()));
    }
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FLINK_CONF_DIR", directory.resolve("conf").toString());
    return builder.redirectErrorStream(true).redirectOutput(log(name).toFile());
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  /** Submits a jar by Flink's own client and waits until the job has finished. */
  void run(Path jar, String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of("run", "-d", jar.toString()));
    line.addAll(List.of(arguments));
    Process client =
        java("client", "org.apache.flink.client.cli.CliFrontend", line.toArray(String[]::new))
            .start();
    processes.add(client);
    if (!client.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || client.exitValue() != 0) {
      throw new AssertionError("the client failed\n" + logs());
    }
    JsonNode ended =
        await(
            "/jobs/overview",
            "a job that has ended",
            jobs -> jobs.at("/jobs/0/end-time").asLong(-1) > 0);
    String state = ended.at("/jobs/0/state").asText();
    if (!state.equals("FINISHED")) {
      throw new AssertionError("the job is " + state + "\n" + logs());
    }
  }

  /** Uploads a jar and runs it by REST, as the web page does; gives the answer. */
  String submit(Path jar, String... arguments) throws Exception {
    HttpRequest upload =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + restPort + "/jars/upload"))
            .header("Content-Type", "multipart/form-data; boundary=tidecast")
            .POST(
                HttpRequest.BodyPublishers.concat(
                    HttpRequest.BodyPublishers.ofString(
                        "--tidecast\r\nContent-Disposition: form-data; name=\"jarfile\";"
                            + " filename=\"job.jar\"\r\n"
                            + "Content-Type: application/java-archive\r\n\r\n"),
                    HttpRequest.BodyPublishers.ofFile(jar),
                    HttpRequest.BodyPublishers.ofString("\r\n--tidecast--\r\n")))
            .build();
    ObjectMapper json = new ObjectMapper();
    String uploaded = http.send(upload, HttpResponse.BodyHandlers.ofString()).body();
    Path stored = Path.of(json.readTree(uploaded).path("filename").asText());
    HttpRequest run =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:" + restPort + "/jars/" + stored.getFileName() + "/run"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    json.createObjectNode()
                        .set("programArgsList", json.valueToTree(arguments))
                        .toString()))
            .build();
    return http.send(run, HttpResponse.BodyHandlers.ofString()).body();
  }

  private JsonNode await(String path, String what, Predicate<JsonNode> found) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + restPort + path)).build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      for (Process process : processes.subList(0, Math.min(2, processes.size()))) {
        if (!process.isAlive()) {
          throw new AssertionError("a process of the cluster ended\n" + logs());
        }
      }
      try {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        JsonNode answer = new ObjectMapper().readTree(response.body());
        if (response.statusCode() == 200 && found.test(answer)) {
          return answer;
        }
      } catch (ConnectException starting) {
        // asked again
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    throw new AssertionError("waited too long for " + what + "\n" + logs());
  }

  private String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String name : List.of("jobmanager", "taskmanager", "client")) {
      if (Files.exists(log(name))) {
        List<String> lines = Files.readAllLines(log(name));
        text.append("--- ").append(name).append('\n');
        lines
            .subList(Math.max(0, lines.size() - 60), lines.size())
            .forEach(line -> text.append(line).append('\n'));
      }
    }
    return text.toString();
  }

  private void destroyAll() {
    processes.forEach(Process::destroyForcibly);
  }

  @Override
  public void close() {
    destroyAll();
    processes.forEach(process -> process.onExit().join());
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
