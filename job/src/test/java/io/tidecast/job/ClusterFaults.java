package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.cluster.LocalCluster;
import io.tidecast.job.config.JobConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Failures of real processes while the packaged job works through its input at full speed. After
 * each of them what is committed is compared with an undisturbed run; a table of all is printed at
 * the end. {@code mvn verify -Pfaults}.
 */
class ClusterFaults {
  private static final int STEPS = 6000;

  /** A process fails, and what is done about it. */
  @FunctionalInterface
  private interface Fault {
    void happen(LocalCluster cluster) throws IOException;
  }

  /** A row of the table. */
  private record Row(
      String scenario,
      int recordsIn,
      int forecasts,
      int refused,
      int lost,
      int doubled,
      int different,
      double secondsToRecover) {
    static final String HEAD =
        String.format(
            "%-44s %8s %9s %7s %5s %7s %9s %9s",
            "scenario",
            "records",
            "forecasts",
            "refused",
            "lost",
            "doubled",
            "different",
            "seconds");

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%-44s %8d %9d %7d %5d %7d %9d %9.1f",
          scenario,
          recordsIn,
          forecasts,
          refused,
          lost,
          doubled,
          different,
          secondsToRecover);
    }
  }

  @TempDir static Path directory;

  private static final List<Row> ROWS = new ArrayList<>();
  private static ClusterJobs jobs;
  private static JobRun undisturbed;

  @BeforeAll
  static void runOnceWithoutFailures() throws Exception {
    jobs = ClusterJobs.start(directory, STEPS);
    Path file = jobs.published("undisturbed", "");
    jobs.awaitFinished(submit(file, "1", "--bounded"));
    undisturbed = JobRun.of(JobConfig.read(file));
    ROWS.add(row("undisturbed, parallelism 1, heap", undisturbed, 0));
    assertEquals(STEPS * ClusterJobs.SERIES, undisturbed.forecasts().all().size());
  }

  @AfterAll
  static void printAndStop() {
    System.out.println(Row.HEAD);
    ROWS.forEach(System.out::println);
    if (jobs != null) {
      jobs.close();
    }
  }

  @Test
  void allTaskManagersKilled() throws Exception {
    faulted(
        "taskmanagers",
        "kill -9 of both TaskManagers",
        cluster -> {
          cluster.part("taskmanager-1").kill();
          restart(cluster, "taskmanager-2");
          cluster.part("taskmanager-1").start();
        });
  }

  private static void restart(LocalCluster cluster, String part) throws IOException {
    cluster.part(part).kill();
    cluster.part(part).start();
  }

  private static void faulted(String domain, String scenario, Fault fault) throws Exception {
    Path file = jobs.published(domain, "state.backend.type: rocksdb");
    String job = submit(file, "2", "--bounded");
    long before = jobs.awaitCheckpoint(job, 0);
    assertTrue(jobs.isRunning(job), scenario + " comes too late");
    long started = System.nanoTime();
    fault.happen(jobs.cluster());
    jobs.awaitCheckpointOrEnd(job, before);
    double seconds = (System.nanoTime() - started) * 1e-9;

    jobs.awaitFinished(job);
    check(scenario, file, seconds);
  }

  private static void check(String scenario, Path file, double seconds) throws IOException {
    JobRun run = JobRun.of(JobConfig.read(file));
    Row row = row(scenario, run, seconds);
    ROWS.add(row);
    System.out.println(row);
    List<Guarantee> guarantees =
        List.of(
            new Guarantee.OrderPerSeries(),
            new Guarantee.VersionsServeFromTheirDecisionOn(),
            new Guarantee.SameAs(undisturbed));
    guarantees.forEach(guarantee -> guarantee.check(run));
    assertEquals(0, row.lost() + row.doubled() + row.different(), row.toString());
  }

  private static Row row(String scenario, JobRun run, double seconds) {
    Set<String> expected = new HashSet<>(undisturbed.forecasts().all());
    Set<String> expectedOrigins = origins(undisturbed);
    List<String> found = run.forecasts().all();
    Set<String> foundOrigins = origins(run);
    Set<String> lost = new HashSet<>(expectedOrigins);
    lost.removeAll(foundOrigins);
    return new Row(
        scenario,
        STEPS * ClusterJobs.SERIES,
        found.size(),
        run.deadLetters().all().size(),
        lost.size(),
        found.size() - foundOrigins.size(),
        (int) found.stream().filter(forecast -> !expected.contains(forecast)).count(),
        seconds);
  }

  private static Set<String> origins(JobRun run) {
    Set<String> origins = new HashSet<>();
    for (String value : run.forecasts().all()) {
      ForecastRecord forecast = ForecastJsonV1.read(value.getBytes(StandardCharsets.UTF_8));
      origins.add(forecast.series() + " " + forecast.origin());
    }
    return origins;
  }

  private static String submit(Path file, String parallelism, String... options) throws Exception {
    return jobs.submit(List.of("-p", parallelism), command(file, options));
  }

  private static String[] command(Path file, String... options) {
    List<String> command = new ArrayList<>(List.of("run", "--config", file.toString()));
    command.addAll(List.of(options));
    return command.toArray(String[]::new);
  }
}
