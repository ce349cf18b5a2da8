package io.tidecast.job.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Processor time and allocation of the calling thread, which say what a piece of code costs on a
 * machine that others use too. The least of several rounds is what counts: noise only adds.
 */
final class Meter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final MathContext DIGITS = new MathContext(4);

  private long leastNanos = Long.MAX_VALUE;
  private long leastBytes = Long.MAX_VALUE;

  /** Processor time of the calling thread so far. */
  static long nanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** What was measured, with the digits that mean something. */
  static BigDecimal rounded(double measured) {
    return new BigDecimal(new BigDecimal(measured).round(DIGITS).toPlainString());
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
