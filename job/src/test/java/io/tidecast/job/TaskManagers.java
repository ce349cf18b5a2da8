package io.tidecast.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the TaskManagers of a cluster take, after a collection of garbage.
 *
 * @param threads of all of them
 * @param classes loaded and not unloaded
 * @param residentMb memory of the processes, native included
 */
record TaskManagers(int threads, long classes, long residentMb) {

  static TaskManagers now(ClusterJobs jobs) throws Exception {
    int threads = 0;
    long classes = 0;
    long resident = 0;
    for (String part : new String[] {"taskmanager-1", "taskmanager-2"}) {
      String pid = Long.toString(jobs.pid(part));
      for (int i = 0; i < 2; i++) {
        jcmd(pid, "GC.run");
      }
      Path status = Path.of("/proc", pid, "status");
      threads += number(status, "Threads:");
      resident += number(status, "VmRSS:") >> 10;
      classes += classes(pid);
    }
    return new TaskManagers(threads, classes, resident);
  }

  /** One line for each loaded class, below a heading. */
  private static long classes(String pid) throws Exception {
    return jcmd(pid, "GC.class_histogram").lines().count();
  }

  private static String jcmd(String pid, String command) throws Exception {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process = new ProcessBuilder(jcmd.toString(), pid, command).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(jcmd + " " + command + ": " + said);
    }
    return said;
  }

  /** By more than pools of threads and caches grow to in time: less than one submission brings. */
  boolean exceeds(TaskManagers before) {
    return threads > before.threads + 20
        || classes > before.classes + 500
        || residentMb > before.residentMb + 150;
  }

  private static int number(Path status, String name) throws IOException {
    String line =
        Files.readAllLines(status).stream().filter(l -> l.startsWith(name)).findFirst().get();
    return Integer.parseInt(line.replaceAll("\\D", ""));
  }
}
