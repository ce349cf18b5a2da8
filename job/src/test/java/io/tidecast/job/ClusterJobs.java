package io.tidecast.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.embedded.FreePort;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.job.cluster.LocalCluster;
import io.tidecast.job.cluster.Ports;
import io.tidecast.job.config.JobConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The packaged jobs on a cluster of processes, submitted as an operator would. */
final class ClusterJobs implements AutoCloseable {
  static final int SERIES = 3;

  /** One record in so many steps cannot be read. */
  private static final int POISON = 100;

  /** One value of each series in so many is an anomaly. */
  private static final int SPIKE_EVERY = 499;

  private static final Path TARGET = Path.of(System.getProperty("basedir", ""), "target");

  private final Path directory;
  private final LocalCluster cluster;
  private final int steps;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Thread atExit = new Thread(this::stop);

  private ClusterJobs(Path directory, LocalCluster cluster, int steps) {
    this.directory = directory;
    this.cluster = cluster;
    this.steps = steps;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Two TaskManagers with two slots each.
   *
   * @param steps observations of each series in every domain
   */
  static ClusterJobs start(Path directory, int steps) throws IOException {
    Ports ports =
        new Ports(FreePort.any(), FreePort.any(), FreePort.any(), FreePort.any(), FreePort.any());
    LocalCluster cluster =
        LocalCluster.start(
            directory.resolve("cluster"),
            TARGET.resolve("tidecast"),
            ports,
            new LocalCluster.Size(2, 2));
    return new ClusterJobs(directory, cluster, steps);
  }

  LocalCluster cluster() {
    return cluster;
  }

  int steps() {
    return steps;
  }

  /** Where everything of the cluster lies. */
  Path directory() {
    return directory.resolve("cluster");
  }

  /** Records that are refused. */
  int refused() {
    return steps / POISON;
  }

  /**
   * The same observations under any domain, each series in a partition of its own, and records that
   * cannot be read between them.
   *
   * @param flink a setting of Flink beside the others
   */
  Path published(String domain, String flink) throws Exception {
    return published(domain, flink, cluster.bootstrapServers(), 1);
  }

  /**
   * The same.
   *
   * @param broker whose topics they are
   * @param times that each record is sent, one after the other
   */
  Path published(String domain, String flink, String broker, int times) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve(domain + ".yaml"),
            """
            domain: %s
            kafka: {bootstrapServers: "%s", partitions: %d}
            series: {step: PT1H, season: PT24H, targets: [value], history: 48}
            forecast: {horizon: 6}
            model: {hidden: 4}
            retrain: {epoch: P5D, lead: PT1H, every: P20D, history: P60D, minimumHistory: 1200, window: 6}
            ingest: {idleTimeout: PT0S}
            postgres: {url: "%s", retention: PT0S}
            flink: {execution.checkpointing.interval: 500 ms%s}
            """
                .formatted(
                    domain,
                    broker,
                    SERIES,
                    cluster.database().url(),
                    flink.isEmpty() ? "" : ", " + flink));
    JobConfig config = JobConfig.read(file);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    List<Publisher.Observation> records = new ArrayList<>();
    for (Publisher.Observation record : observations()) {
      records.addAll(Collections.nCopies(times, record));
    }
    Publisher.publish(config, records);
    return file;
  }

  private List<Publisher.Observation> observations() {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int step = 1; step <= steps; step++) {
      Instant time = Instant.EPOCH.plus(Duration.ofHours(step));
      for (int series = 0; series < SERIES; series++) {
        double thrownOff = step % SPIKE_EVERY == 0 ? 80 : 0;
        double value =
            thrownOff + 10 + 5 * Math.sin(step * Math.PI / 12 + series) + step * 31 % 17 * 0.1;
        String json =
            String.format(
                Locale.ROOT,
                "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"value\":%.3f}}",
                series,
                time,
                value);
        observations.add(new Publisher.Observation(series, "s" + series, json));
      }
      if (step % POISON == 0) {
        observations.add(new Publisher.Observation(step % SERIES, "p", "{\"step\":" + step));
      }
    }
    return observations;
  }

  /**
   * Submits by Flink's own client and returns the job's id.
   *
   * @param flink options of {@code flink run}, such as the parallelism
   * @param command of the job jar
   */
  String submit(List<String> flink, String... command) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("run", "-d"));
    arguments.addAll(flink);
    arguments.add(TARGET.resolve("tidecast-job.jar").toString());
    arguments.addAll(List.of(command));
    String said = client(arguments);
    return said.replaceAll("(?s).*JobID (\\p{XDigit}{32}).*", "$1");
  }

  /** Uploads the job jar and runs it by REST, as the web page does; gives the answer. */
  JsonNode submitByRest(String... arguments) throws Exception {
    ObjectMapper json = new ObjectMapper();
    HttpRequest upload =
        HttpRequest.newBuilder(cluster.web().resolve("/jars/upload"))
            .header("Content-Type", "multipart/form-data; boundary=tidecast")
            .POST(
                HttpRequest.BodyPublishers.concat(
                    HttpRequest.BodyPublishers.ofString(
                        "--tidecast\r\nContent-Disposition: form-data; name=\"jarfile\";"
                            + " filename=\"job.jar\"\r\n"
                            + "Content-Type: application/java-archive\r\n\r\n"),
                    HttpRequest.BodyPublishers.ofFile(TARGET.resolve("tidecast-job.jar")),
                    HttpRequest.BodyPublishers.ofString("\r\n--tidecast--\r\n")))
            .build();
    Path stored = Path.of(json.readTree(answer(upload)).path("filename").asText());
    HttpRequest run =
        HttpRequest.newBuilder(cluster.web().resolve("/jars/" + stored.getFileName() + "/run"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    json.createObjectNode()
                        .<ObjectNode>set("programArgsList", json.valueToTree(arguments))
                        .toString()))
            .build();
    return json.readTree(answer(run));
  }

  private String answer(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  /** A command of the distribution, as a process of its own. */
  Process tidecast(String... command) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(TARGET.resolve("tidecast/bin/tidecast").toAbsolutePath().toString()));
    line.addAll(List.of(command));
    ProcessBuilder.Redirect log =
        ProcessBuilder.Redirect.appendTo(directory().resolve(command[0] + ".log").toFile());
    ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log);
    builder.environment().put("JAVA_OPTS", "-Xmx512m");
    return builder.start();
  }

  /** Runs the job to the end of its input in one process, without the cluster. */
  void runEmbedded(Path file) throws Exception {
    int code = tidecast("run", "--config", file.toString(), "--bounded").waitFor();
    if (code != 0) {
      throw new AssertionError("exit code " + code + ", see run.log in " + directory());
    }
  }

  /** A database of its own, of the role that a configuration names if it says nothing else. */
  PostgresConfig newDatabase(String name) throws SQLException {
    PostgresConfig known = cluster.database();
    try (Connection connection = new PostgresConfig(known.url(), "postgres", "").connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE \"" + name + "\" OWNER " + known.user());
    }
    return new PostgresConfig(
        known.url().replaceFirst("[^/]*$", name), known.user(), known.password());
  }

  /** Process of a part of the cluster. */
  long pid(String part) throws IOException {
    return Long.parseLong(Files.readString(directory().resolve(part + ".pid")).split(" ")[0]);
  }

  /** Stops a job and returns what it can go on from. */
  String stopWithSavepoint(String job) throws Exception {
    String said = client(List.of("stop", job));
    awaitEnd(job);
    return said.replaceAll("(?s).*Path: (\\S+).*", "$1");
  }

  /** Cancels a job that has not come to its end. */
  void cancelIfRunning(String job) throws Exception {
    if (!hasEnded(job)) {
      cancel(job);
    }
  }

  /** Cancels a job, as the web page does, and returns when it has ended. */
  void cancel(String job) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(cluster.web().resolve("/jobs/" + job + "?mode=cancel"))
            .method("PATCH", HttpRequest.BodyPublishers.noBody())
            .build();
    answer(request);
    awaitEnd(job);
  }

  /** Returns when the job has ended, in whatever way. */
  void awaitEnd(String job) throws IOException {
    cluster.await("/jobs/" + job, "the end of " + job, seen -> seen.at("/end-time").asLong(-1) > 0);
  }

  /** What Flink's own client prints. */
  String client(List<String> arguments) throws Exception {
    Process client = cluster.client(arguments).redirectErrorStream(true).start();
    String said = new String(client.getInputStream().readAllBytes());
    if (client.waitFor() != 0) {
      throw new AssertionError(arguments + "\n" + said);
    }
    return said;
  }

  /** Waits until the job has ended by itself, and wants it to have finished. */
  void awaitFinished(String job) throws IOException {
    JsonNode ended =
        cluster.await(
            "/jobs/" + job, "the end of " + job, seen -> seen.at("/end-time").asLong(-1) > 0);
    String state = ended.at("/state").asText();
    if (!state.equals("FINISHED")) {
      throw new AssertionError(
          job + " is " + state + ": " + cluster.get("/jobs/" + job + "/exceptions"));
    }
  }

  /** Waits until a checkpoint later than this one is complete, and returns its number. */
  long awaitCheckpoint(String job, long after) throws IOException {
    return checkpoint(
        cluster.await(
            "/jobs/" + job + "/checkpoints",
            "a checkpoint after " + after,
            seen -> checkpoint(seen) > after));
  }

  /** The same, or the job's end if it comes first. */
  void awaitCheckpointOrEnd(String job, long after) throws IOException {
    cluster.await(
        "/jobs/" + job + "/checkpoints",
        "a checkpoint after " + after,
        seen -> checkpoint(seen) > after || hasEnded(job));
  }

  boolean isRunning(String job) throws IOException {
    return cluster.get("/jobs/" + job).path("state").asText().equals("RUNNING");
  }

  private boolean hasEnded(String job) {
    try {
      return cluster.get("/jobs/" + job).path("end-time").asLong(-1) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long checkpoint(JsonNode checkpoints) {
    return checkpoints.at("/latest/completed/id").asLong(0);
  }

  private void stop() {
    try {
      cluster.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stop();
    Runtime.getRuntime().removeShutdownHook(atExit);
  }
}
