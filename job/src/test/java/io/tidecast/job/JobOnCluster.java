package io.tidecast.job;

import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.GroupTrainer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/** The job on a cluster in this process, whose task manager can be killed and comes back. */
final class JobOnCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final MiniCluster cluster;
  private final JobID job;
  private int taskManager;

  private JobOnCluster(MiniCluster cluster, JobID job) {
    this.cluster = cluster;
    this.job = job;
  }

  /**
   * Starts a cluster and the job on it.
   *
   * @param settings of Flink, over those of the configuration
   * @param savepoint to go on from; null for none
   */
  static JobOnCluster start(
      JobConfig config,
      ForecastJob.Ends ends,
      GroupTrainer trainer,
      int parallelism,
      Configuration settings,
      Path checkpoints,
      String savepoint)
      throws Exception {
    Configuration flink = new JobParts(config).flink();
    flink.setString("execution.checkpointing.interval", "200 ms");
    flink.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    flink.setString("restart-strategy.type", "fixed-delay");
    flink.setString("restart-strategy.fixed-delay.attempts", "10");
    flink.setString("restart-strategy.fixed-delay.delay", "10 ms");
    flink.setString("taskmanager.memory.managed.size", "64m");
    flink.addAll(settings);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(flink)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(parallelism)
                .withRandomPorts()
                .build());
    cluster.start();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
    env.setParallelism(parallelism);
    new ForecastJob(config, trainer).addTo(env, ends);
    StreamGraph graph = env.getStreamGraph();
    if (savepoint != null) {
      graph.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
    }
    return new JobOnCluster(cluster, cluster.submitJob(graph.getJobGraph()).get().getJobID());
  }

  /** Waits until the job has come to its end by itself. */
  void awaitEnd() throws Exception {
    cluster
        .requestJobResult(job)
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .toJobExecutionResult(getClass().getClassLoader());
  }

  /** Ends the task manager at once; the job goes on from its last checkpoint on a new one. */
  void kill() throws Exception {
    cluster.terminateTaskManager(taskManager).get();
    cluster.startTaskManager();
    taskManager++;
  }

  long checkpoints() {
    try {
      return cluster
          .getExecutionGraph(job)
          .get()
          .getCheckpointStatsSnapshot()
          .getCounts()
          .getNumberOfCompletedCheckpoints();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  void awaitCheckpoints(int more) {
    long enough = checkpoints() + more;
    await("checkpoints", () -> checkpoints() >= enough);
  }

  /** Ends the job; what it has done is committed. */
  String stop(Path savepoints) throws Exception {
    await("running", () -> status() == JobStatus.RUNNING && checkpoints() > 0);
    return cluster
        .stopWithSavepoint(job, savepoints.toUri().toString(), false, SavepointFormatType.CANONICAL)
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  JobStatus status() {
    try {
      return cluster.getJobStatus(job).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited too long for " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  @Override
  public void close() {
    cluster.closeAsync().join();
  }
}
