package io.tidecast.job.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Processor time and allocation of the calling thread, which say what a piece of code costs on a
 * machine that others use too. The least of several rounds is what counts: noise only adds.
 */
final class Meter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private long leastNanos = Long.MAX_VALUE;
  private long leastBytes = Long.MAX_VALUE;

  /** Processor time of the calling thread so far. */
  static long nanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Runs and measures one round. */
  void round(Runnable work) {
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    long nanos = nanos();
    work.run();
    leastNanos = Math.min(leastNanos, nanos() - nanos);
    leastBytes = Math.min(leastBytes, THREADS.getCurrentThreadAllocatedBytes() - bytes);
  }

  /** Of the best round, in microseconds. */
  double micros(int times) {
    return leastNanos / 1e3 / times;
  }

  /** Allocated in the leanest round. */
  long bytes(int times) {
    return leastBytes / times;
  }
}
