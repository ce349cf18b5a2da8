package io.tidecast.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the TaskManagers of a cluster take, after a collection of garbage.
 *
 * <p>Resident memory is counted without the pages of the Java heap, and the heap by what lives in
 * it: a JVM gives pages that garbage has touched back to nobody, so that the resident memory of a
 * process grows up to its largest heap whatever is kept. Of five submissions it was by 82 MB in
 * both TaskManagers, 54 of them pages of the heap, in which 3 MB more lived.
 *
 * @param threads of all of them, by what their names begin with
 * @param loaders of classes of jobs: the JDK itself keeps one of them in each process, that of the
 *     last job that made the methods of a record
 * @param classes of everything else
 * @param liveMb objects of the heap
 * @param nativeMb resident outside of the heap
 */
record TaskManagers(
    Map<String, Integer> threads, long loaders, long classes, long liveMb, long nativeMb) {
  private static final Pattern ADDRESS = Pattern.compile("0x(\\p{XDigit}{16})");
  private static final Pattern NOT_OF_A_JOB =
      Pattern.compile(
          "(\\d+)\\s+\\d+\\s+\\d+\\s+(<boot class loader>|jdk\\.internal\\.loader\\..*)");
  private static final Pattern MAPPING = Pattern.compile("(\\p{XDigit}+)-\\p{XDigit}+ .*");

  static TaskManagers now(ClusterJobs jobs) throws Exception {
    Map<String, Integer> threads = new TreeMap<>();
    long loaders = 0;
    long classes = 0;
    long live = 0;
    long resident = 0;
    for (String part : new String[] {"taskmanager-1", "taskmanager-2"}) {
      String pid = Long.toString(jobs.pid(part));
      for (int i = 0; i < 2; i++) {
        jcmd(pid, "GC.run");
      }
      threadNames(pid).forEach(name -> threads.merge(name, 1, Integer::sum));
      loaders += count(jcmd(pid, "VM.classloaders"), "ChildFirstClassLoader");
      classes += classes(jcmd(pid, "VM.classloader_stats"));
      // the last line has the sum of all bytes
      List<String> histogram = jcmd(pid, "GC.class_histogram").lines().toList();
      live += Long.parseLong(histogram.get(histogram.size() - 1).strip().split("\\s+")[2]);
      resident += residentBesideHeap(pid);
    }
    return new TaskManagers(threads, loaders, classes, live >> 20, resident >> 10);
  }

  private static long classes(String said) {
    return NOT_OF_A_JOB
        .matcher(said)
        .results()
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .sum();
  }

  private static long count(String said, String word) {
    return said.lines().filter(line -> line.contains(word)).count();
  }

  /** Without their numbers; those of the JVM itself have names too. */
  private static List<String> threadNames(String pid) throws Exception {
    return jcmd(pid, "Thread.print")
        .lines()
        .filter(line -> line.startsWith("\""))
        .map(line -> line.substring(1, line.indexOf('"', 1)).split("[-#(\\d]")[0].strip())
        .toList();
  }

  /** In kilobytes. */
  private static long residentBesideHeap(String pid) throws Exception {
    LongSummaryStatistics heap =
        ADDRESS
            .matcher(jcmd(pid, "GC.heap_info"))
            .results()
            .mapToLong(found -> Long.parseLong(found.group(1), 16))
            .summaryStatistics();
    long resident = 0;
    boolean isHeap = false;
    for (String line : Files.readAllLines(Path.of("/proc", pid, "smaps"))) {
      var mapping = MAPPING.matcher(line);
      if (mapping.matches()) {
        long from = Long.parseUnsignedLong(mapping.group(1), 16);
        isHeap = from >= heap.getMin() && from < heap.getMax();
      } else if (line.startsWith("Rss:") && !isHeap) {
        resident += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return resident;
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
    return threadCount()
        + " threads, "
        + loaders
        + " class loaders, "
        + classes
        + " classes, "
        + liveMb
        + " MB of objects, "
        + nativeMb
        + " MB beside the heap";
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
    return loaders > before.loaders
        || threadCount() > before.threadCount() + 20
        || classes > before.classes + 300
        || liveMb > before.liveMb + 16
        || nativeMb > before.nativeMb + 64;
  }
}
