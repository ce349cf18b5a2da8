package io.tidecast.job.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What this process uses: processor time, of whom, and memory. */
final class ThisProcess {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ThisProcess() {}

  /** Processor time of all its threads so far. */
  static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  /** Memory that the system holds for it; 0 where the system does not tell as Linux does. */
  static double residentMegabytes() {
    if (!Files.exists(STATUS)) {
      return 0;
    }
    try {
      return Files.readAllLines(STATUS).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum()
          / 1024.0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How busy the compilers of the JVM are: a process that has run for a minute still makes itself.
   */
  static final class Compilers {
    private final CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    private long compiledMillis;
    private long began;

    /** Begins a stretch. */
    void begin() {
      compiledMillis = millis();
      began = cpuNanos();
    }

    /**
     * Time compiled since, of the processor time of the whole process; 0 where the JVM does not
     * tell. A compilation counts when it ends.
     */
    double share() {
      return (millis() - compiledMillis) * 1e6 / Math.max(1, cpuNanos() - began);
    }

    private long millis() {
      boolean tells = compilers != null && compilers.isCompilationTimeMonitoringSupported();
      return tells ? compilers.getTotalCompilationTime() : 0;
    }
  }

  /**
   * The threads of Flink's tasks, and those they start, but for the threads that train. Of a thread
   * that ends, what it used since the last look is missing.
   */
  static final class TaskThreads {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<Long, Long> seen = new HashMap<>();

    /** Processor time so far. */
    long cpuNanos() {
      for (Thread thread : Thread.getAllStackTraces().keySet()) {
        ThreadGroup group = thread.getThreadGroup();
        boolean isTask = group != null && group.getName().equals("Flink Task Threads");
        if (isTask && !thread.getName().startsWith("tidecast-training")) {
          seen.merge(thread.getId(), THREADS.getThreadCpuTime(thread.getId()), Math::max);
        }
      }
      return seen.values().stream().mapToLong(Long::longValue).sum();
    }
  }
}
