package io.tidecast.job;

import static io.tidecast.job.ProcessHarm.fill;
import static io.tidecast.job.ProcessHarm.pause;
import static io.tidecast.job.ProcessHarm.restart;
import static io.tidecast.job.ProcessHarm.restartTaskManagers;
import static io.tidecast.job.ProcessHarm.run;
import static io.tidecast.job.ProcessHarm.silent;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.embedded.FreePort;
import io.tidecast.job.cluster.LocalCluster;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.store.StoredRows;
import io.tidecast.job.store.TopicsAndTables;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Failures of real processes while the packaged job works through its input at full speed. After
 * each of them what is committed is compared with an undisturbed run; a table of all is printed at
 * the end. {@code mvn verify -Pfaults}.
 */
class ClusterFaults {
  private static final int STEPS = 4500;
  private static final Duration LAST_BEGIN = Duration.ofMinutes(25);
  private static final String FORECASTS = "SELECT count(*) FROM forecast";

  /** Something fails, and what is done about it. */
  @FunctionalInterface
  private interface Fault {
    void happen(LocalCluster cluster) throws Exception;
  }

  @TempDir static Path directory;

  private static final long BEGAN = System.nanoTime();
  private static final List<String> SUBMITTED = new ArrayList<>();
  private static ClusterJobs jobs;
  private static FaultTable table;

  /** A scenario that fails has a row too, which says why. */
  @RegisterExtension
  static final TestWatcher FAILURES =
      new TestWatcher() {
        @Override
        public void testFailed(ExtensionContext scenario, Throwable why) {
          String method = scenario.getRequiredTestMethod().getName();
          table.addFailure(method + " " + scenario.getDisplayName(), why);
        }
      };

  @BeforeAll
  static void runOnceWithoutFailures() throws Exception {
    jobs = ClusterJobs.start(directory, STEPS);
    Path file = jobs.published("undisturbed", "");
    jobs.awaitFinished(submit(file, "1", "--bounded"));
    table = new FaultTable(jobs, "undisturbed, parallelism 1, hashmap", file);
  }

  /** All of it is bounded to half an hour, the table included. */
  @BeforeEach
  void isInTime() {
    Duration over = Duration.ofNanos(System.nanoTime() - BEGAN);
    assertTrue(over.compareTo(LAST_BEGIN) < 0, "not begun: the bound of 30 minutes is near");
  }

  /** A job of a scenario that failed takes no slots from the next. */
  @AfterEach
  void endJobs() throws Exception {
    for (String job : SUBMITTED) {
      jobs.cancelIfRunning(job);
    }
    SUBMITTED.clear();
  }

  @AfterAll
  static void printAndStop() {
    if (table != null) {
      table.print();
    }
    if (jobs != null) {
      jobs.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "one-on-disk, 1, rocksdb",
    "four, 4, hashmap",
    "four-on-disk, 4, rocksdb",
    "embedded, 0, hashmap",
    "embedded-on-disk, 0, rocksdb"
  })
  void whateverItRunsOn(String domain, int parallelism, String backend) throws Exception {
    Path file = jobs.published(domain, "state.backend.type: " + backend);
    if (parallelism == 0) {
      jobs.runEmbedded(file);
    } else {
      jobs.awaitFinished(submit(file, parallelism, null, "--bounded"));
    }
    String where = parallelism == 0 ? "in one process" : "parallelism " + parallelism;
    table.check("undisturbed, " + where + ", " + backend, file, 1, 0);
  }

  @Test
  void taskManagerKilled() throws Exception {
    faulted(
        "taskmanager",
        "kill -9 of a TaskManager",
        "",
        cluster -> restart(cluster, "taskmanager-1"));
  }

  @Test
  void allTaskManagersKilled() throws Exception {
    faulted(
        "taskmanagers",
        "kill -9 of both TaskManagers",
        "state.backend.type: rocksdb",
        ProcessHarm::restartTaskManagers);
  }

  @Test
  void taskManagersKilledDuringATraining() throws Exception {
    faulted(
        "training",
        "kill -9 of the TaskManagers during a training",
        "",
        cluster -> {
          LogWatch.awaitAny(LogWatch.ofTaskManagers(jobs), "is trained on");
          restartTaskManagers(cluster);
        });
  }

  @Test
  void taskManagersKilledBetweenDecisionAndSwap() throws Exception {
    faulted(
        "decision",
        "kill -9 of the TaskManagers after a decision",
        "state.backend.type: rocksdb",
        cluster -> {
          LogWatch.awaitAny(LogWatch.ofTaskManagers(jobs), ": promoted, serving");
          restartTaskManagers(cluster);
        });
  }

  @Test
  void jobManagerKilled() throws Exception {
    faulted(
        "jobmanager",
        "kill -9 of the JobManager (HA)",
        "",
        cluster -> restart(cluster, "jobmanager"));
  }

  @ParameterizedTest
  @CsvSource({"broker, kill -9 of the broker, 0", "broker-away, broker away for 60 s, 60"})
  void brokerKilled(String domain, String scenario, int seconds) throws Exception {
    faulted(domain, scenario, "", cluster -> restart(cluster, "kafka", seconds));
  }

  /** As behind a cut network: connections stay open and nothing comes. */
  @Test
  void brokerSilent() throws Exception {
    faulted("broker-silent", "broker silent for 40 s", "", cluster -> silent(jobs, "kafka", 40));
  }

  /** Between the job and the broker alone: requests are lost on their way there and back. */
  @Test
  void networkCut() throws Exception {
    int relayed = FreePort.any();
    try (Relay relay = Relay.to(relayed);
        EmbeddedKafka broker =
            EmbeddedKafka.startBehind(directory.resolve("behind"), relayed, relay.port())) {
      Path file = jobs.published("cut", "", broker.bootstrapServers(), 1);
      faulted(
          "network to the broker cut 10 times, then for 20 s",
          file,
          cluster -> {
            for (int i = 0; i < 10; i++) {
              relay.cut();
              pause(1);
            }
            relay.down();
            pause(20);
            relay.up();
          });
    }
  }

  @Test
  void checkpointsThatTakeTooLong() throws Exception {
    faulted(
        "timeout",
        "checkpoints time out: a TaskManager hangs for 8 s",
        "execution.checkpointing.timeout: 6 s",
        cluster -> silent(jobs, "taskmanager-1", 8));
  }

  @Test
  void fullDiskForCheckpoints() throws Exception {
    Path disk = Files.createDirectories(directory.resolve("small-disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk.toString()),
        "only who may mount a small disk can fill one");
    try {
      faulted(
          "full-disk",
          "full disk for checkpoints, for 6 s",
          "execution.checkpointing.dir: " + disk.toUri(),
          cluster -> {
            Path fill = disk.resolve("fill");
            fill(fill);
            pause(6);
            Files.delete(fill);
          });
    } finally {
      run("umount", "-l", disk.toString());
    }
  }

  /** What comes again for a step that has closed says the same of it, and corrects nothing. */
  @Test
  void duplicatedInput() throws Exception {
    Path file = jobs.published("duplicated", "", jobs.cluster().bootstrapServers(), 2);
    jobs.awaitFinished(submit(file, "2", "--bounded"));
    table.check("every record twice", file, 2, 0);
  }

  @ParameterizedTest
  @CsvSource({
    "rescaled, '1 -> 2 -> 1, to its end', 1, 2, 1",
    "rescaled-more, '2 -> 3, to its end', 2, 3, 3"
  })
  void savepointsAndRescaling(String domain, String scenario, int first, int second, int last)
      throws Exception {
    Path file = jobs.published(domain, "state.backend.type: rocksdb");
    String savepoint = null;
    long started = System.nanoTime();
    for (int subtasks : new int[] {first, second}) {
      String job = submit(file, subtasks, savepoint);
      jobs.awaitCheckpoint(job, jobs.awaitCheckpoint(job, 0));
      started = System.nanoTime();
      savepoint = jobs.stopWithSavepoint(job);
    }
    String job = submit(file, last, savepoint, "--bounded");
    jobs.awaitCheckpointOrEnd(job, 0);
    double seconds = (System.nanoTime() - started) * 1e-9;
    jobs.awaitFinished(job);
    table.check("savepoints, rescaled " + scenario, file, 1, seconds);
  }

  /** The job goes on beside it; at the end the tables are equal to the topics. */
  @ParameterizedTest
  @CsvSource({
    "store-killed, kill -9 of the store job, store, 0",
    "database-away, PostgreSQL away for 60 s, postgres, 60",
    "all-killed, 'store, PostgreSQL and broker killed', store postgres kafka, 0"
  })
  void storeAndItsDatabase(String domain, String scenario, String parts, int seconds)
      throws Exception {
    Path file = jobs.published(domain, "");
    StoredRows tables = new StoredRows(jobs.newDatabase(domain));
    String[] store = {
      "store", "--config", file.toString(), "--set", "postgres.url=" + tables.owner().url()
    };
    Process storing = jobs.tidecast(store);
    try {
      String job = submit(file, "2", "--bounded");
      long before = tables.awaitMore(FORECASTS, 0);
      long started = System.nanoTime();
      for (String part : parts.split(" ")) {
        if (part.equals("store")) {
          storing.destroyForcibly().waitFor();
          storing = jobs.tidecast(store);
        } else {
          restart(jobs.cluster(), part, seconds);
        }
      }
      tables.awaitMore(FORECASTS, before);
      double recovered = (System.nanoTime() - started) * 1e-9;
      jobs.awaitFinished(job);
      new TopicsAndTables(JobConfig.read(file).kafkaConfig(), tables).awaitEqual();
      table.check(scenario, file, 1, recovered);
    } finally {
      storing.destroyForcibly().waitFor();
    }
  }

  /** What a job leaves behind in the TaskManagers when it is cancelled does not add up. */
  @Test
  void fiveSubmissionsAndCancellations() throws Exception {
    Path file = jobs.published("again-and-again", "");
    for (int i = 0; i < 3; i++) {
      trainAndCancel(file); // the first ones warm up
    }
    TaskManagers before = settled();
    for (int i = 0; i < 5; i++) {
      trainAndCancel(file);
    }

    TaskManagers after = settled();
    System.out.printf(
        "before five submissions %s%nafter them %s, more of %s%n",
        before, after, after.newThreads(before));
    assertFalse(after.exceeds(before), before + " " + after);
  }

  /**
   * Ended in the middle of its work. The groups are those of three of four subtasks, so that both
   * TaskManagers train, each time.
   */
  private static void trainAndCancel(Path file) throws Exception {
    List<LogWatch> logs = LogWatch.ofTaskManagers(jobs);
    String groups = "series.groups={a: [s0], b: [s1], north: [s2]}";
    String job = submit(file, 4, null, "--from-beginning", "--set", groups);
    jobs.awaitCheckpoint(job, 0);
    for (LogWatch log : logs) {
      log.await("is trained on");
    }
    jobs.cancel(job);
  }

  /** When what was running in a cancelled job has come to its end. */
  private static TaskManagers settled() throws Exception {
    TaskManagers last = TaskManagers.now(jobs);
    while (true) {
      pause(5);
      TaskManagers now = TaskManagers.now(jobs);
      if (now.loaders() == last.loaders()) {
        return now;
      }
      last = now;
    }
  }

  private static void faulted(String domain, String scenario, String flink, Fault fault)
      throws Exception {
    faulted(scenario, jobs.published(domain, flink), fault);
  }

  private static void faulted(String scenario, Path file, Fault fault) throws Exception {
    String job = submit(file, "2", "--bounded");
    long before = jobs.awaitCheckpoint(job, 0);
    assertTrue(jobs.isRunning(job), scenario + " comes too late");
    long started = System.nanoTime();
    fault.happen(jobs.cluster());
    jobs.awaitCheckpointOrEnd(job, before);
    double seconds = (System.nanoTime() - started) * 1e-9;
    jobs.awaitFinished(job);
    table.check(scenario, file, 1, seconds);
  }

  private static String submit(Path file, String parallelism, String... options) throws Exception {
    return submit(file, Integer.parseInt(parallelism), null, options);
  }

  private static String submit(Path file, int parallelism, String savepoint, String... options)
      throws Exception {
    List<String> flink = new ArrayList<>(List.of("-p", Integer.toString(parallelism)));
    if (savepoint != null) {
      flink.addAll(List.of("-s", savepoint));
    }
    List<String> command = new ArrayList<>(List.of("run", "--config", file.toString()));
    command.addAll(List.of(options));
    String job = jobs.submit(flink, command.toArray(String[]::new));
    SUBMITTED.add(job);
    return job;
  }
}
