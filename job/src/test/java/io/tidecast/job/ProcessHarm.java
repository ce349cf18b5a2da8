package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.cluster.LocalCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** What can happen to the processes of a cluster and to a disk. */
final class ProcessHarm {
  private ProcessHarm() {}

  /** Killed, and started again at once. */
  static void restart(LocalCluster cluster, String part) throws IOException {
    restart(cluster, part, 0);
  }

  /** Killed, and started again after so many seconds. */
  static void restart(LocalCluster cluster, String part, int seconds) throws IOException {
    cluster.part(part).kill();
    pause(seconds);
    cluster.part(part).start();
    if (List.of("kafka", "postgres").contains(part)) {
      cluster.awaitServer(part);
    }
  }

  static void restartTaskManagers(LocalCluster cluster) throws IOException {
    cluster.part("taskmanager-1").kill();
    restart(cluster, "taskmanager-2");
    cluster.part("taskmanager-1").start();
  }

  /** A process that is there and does nothing. */
  static void silent(ClusterJobs jobs, String part, int seconds) throws Exception {
    String pid = Long.toString(jobs.pid(part));
    assertTrue(run("kill", "-STOP", pid));
    pause(seconds);
    assertTrue(run("kill", "-CONT", pid));
  }

  /** Until nothing more can be written to the file's disk. */
  static void fill(Path file) throws IOException {
    try (RandomAccessFile full = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] block = new byte[1 << 16];
      while (true) {
        full.write(block);
      }
    } catch (IOException noSpaceLeft) {
      assertTrue(Files.size(file) > 0);
    }
  }

  /** How long something is away is the scenario. */
  static void pause(int seconds) {
    long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    while (System.nanoTime() < until) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }
}
