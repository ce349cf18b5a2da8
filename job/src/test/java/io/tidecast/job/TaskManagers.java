package io.tidecast.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the TaskManagers of a cluster take, after a collection of garbage.
 *
 * @param threads of all of them, by what their names begin with
 * @param classes loaded and not unloaded
 * @param residentMb memory of the processes, native included
 */
record TaskManagers(Map<String, Integer> threads, long classes, long residentMb) {

  static TaskManagers now(ClusterJobs jobs) throws Exception {
    Map<String, Integer> threads = new TreeMap<>();
    long classes = 0;
    long resident = 0;
    for (String part : new String[] {"taskmanager-1", "taskmanager-2"}) {
      String pid = Long.toString(jobs.pid(part));
      for (int i = 0; i < 2; i++) {
        jcmd(pid, "GC.run");
      }
      Path status = Path.of("/proc", pid, "status");
      threadNames(pid).forEach(name -> threads.merge(name, 1, Integer::sum));
      resident += number(status, "VmRSS:") >> 10;
      classes += classes(pid);
    }
    return new TaskManagers(threads, classes, resident);
  }

  /** Without their numbers; those of the JVM itself have names too. */
  private static List<String> threadNames(String pid) throws Exception {
    return jcmd(pid, "Thread.print")
        .lines()
        .filter(line -> line.startsWith("\""))
        .map(line -> line.substring(1, line.indexOf('"', 1)).split("[-#(\\d]")[0].strip())
        .toList();
  }

  private int threadCount() {
    return threads.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** What there is more of. */
  Map<String, Integer> newThreads(TaskManagers before) {
    Map<String, Integer> more = new TreeMap<>();
    threads.forEach((name, count) -> more.put(name, count - before.threads.getOrDefault(name, 0)));
    more.values().removeIf(count -> count <= 0);
    return more;
  }

  @Override
  public String toString() {
    return threadCount() + " threads, " + classes + " classes, " + residentMb + " MB";
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
    return threadCount() > before.threadCount() + 20
        || classes > before.classes + 500
        || residentMb > before.residentMb + 150;
  }

  private static int number(Path status, String name) throws IOException {
    String line =
        Files.readAllLines(status).stream().filter(l -> l.startsWith(name)).findFirst().get();
    return Integer.parseInt(line.replaceAll("\\D", ""));
  }
}
