package io.tidecast.job.bench;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * How busy the compilers of the JVM are: a process that has run for a minute still makes itself.
 */
final class Compilers {
  private final CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
  private long compiledMillis;
  private long cpuNanos;

  /** Begins a stretch. */
  void begin() {
    compiledMillis = millis();
    cpuNanos = Lane.processCpuNanos();
  }

  /**
   * Time compiled since, of the processor time of the whole process; 0 where the JVM does not tell.
   * A compilation counts when it ends.
   */
  double share() {
    return (millis() - compiledMillis) * 1e6 / Math.max(1, Lane.processCpuNanos() - cpuNanos);
  }

  private long millis() {
    boolean tells = compilers != null && compilers.isCompilationTimeMonitoringSupported();
    return tells ? compilers.getTotalCompilationTime() : 0;
  }
}
