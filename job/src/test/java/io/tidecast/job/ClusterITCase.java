package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.job.cluster.Part;
import io.tidecast.job.config.JobConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged job on real processes, one of which is killed. */
class ClusterITCase {
  private static final int STEPS = 900;

  @TempDir static Path directory;

  private static ClusterJobs jobs;
  private static JobRun undisturbed;

  @BeforeAll
  static void runOnceWithoutFailures() throws Exception {
    jobs = ClusterJobs.start(directory, STEPS);
    Path file = jobs.published("undisturbed", "");
    jobs.awaitFinished(
        jobs.submit(List.of("-p", "1"), "run", "--config", file.toString(), "--bounded"));
    undisturbed = JobRun.of(JobConfig.read(file));
  }

  @AfterAll
  static void stop() {
    if (jobs != null) {
      jobs.close();
    }
  }

  @Test
  void packagedJobTrainsAndForecastsOnAClusterOfProcesses() {
    List<String> forecasts = undisturbed.forecasts().values().get("s0/value");

    assertEquals(STEPS, forecasts.size());
    assertTrue(forecasts.get(STEPS - 1).contains("\"model\":\"value-"), forecasts.get(STEPS - 1));
    assertEquals(jobs.refused(), undisturbed.deadLetters().all().size());
  }

  @Test
  void whatIsUploadedAsThePageDoesRunsThere() throws Exception {
    Path file = jobs.published("uploaded", "");

    JsonNode answer = jobs.submitByRest("run", "--config", file.toString(), "--bounded");
    jobs.awaitFinished(answer.path("jobid").asText());

    new Guarantee.SameAs(undisturbed).check(JobRun.of(JobConfig.read(file)));
  }

  @Test
  void inOneProcessOnDiskItForecastsTheSame() throws Exception {
    Path file = jobs.published("embedded", "state.backend.type: rocksdb");

    jobs.runEmbedded(file);

    new Guarantee.SameAs(undisturbed).check(JobRun.of(JobConfig.read(file)));
  }

  @Test
  void aTypoInAConfigurationIsToldAndTheJobManagerLivesOn() throws Exception {
    Path typo =
        Files.writeString(
            directory.resolve("typo.yaml"),
            """
            domain: cluster
            series: {step: PT1H, targets: [value]}
            forecast: {horizon: 6}
            retrian: {margin: 0.1}
            """);

    JsonNode answer = jobs.submitByRest("run", "--config", typo.toAbsolutePath().toString());

    assertTrue(answer.toString().contains("retrian: unknown key"), answer::toString);
    jobs.cluster().awaitSlots(1);
  }

  @Test
  void aKilledTaskManagerLeavesNoTrace() throws Exception {
    Path file = jobs.published("killed", "state.backend.type: rocksdb");
    String job = jobs.submit(List.of("-p", "4"), "run", "--config", file.toString(), "--bounded");
    jobs.awaitCheckpoint(job, 0);

    Part taskManager = jobs.cluster().part("taskmanager-1");
    taskManager.kill();
    taskManager.start();
    jobs.awaitFinished(job);

    List<Guarantee> guarantees =
        List.of(
            new Guarantee.OrderPerSeries(),
            new Guarantee.VersionsServeFromTheirDecisionOn(),
            new Guarantee.SameAs(undisturbed));
    JobRun killed = JobRun.of(JobConfig.read(file));
    guarantees.forEach(guarantee -> guarantee.check(killed));
  }
}
