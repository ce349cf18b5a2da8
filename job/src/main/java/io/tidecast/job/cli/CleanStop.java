package io.tidecast.job.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * While open, Ctrl-C and a termination signal ask the work to stop, and the process waits until
 * this is closed, which is when the work has come to its end.
 */
final class CleanStop {
  private static final long MAX_WAIT_SECONDS = 60;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;

  private CleanStop(Runnable stop) {
    hook = new Thread(() -> stopAndAwait(stop), "tidecast-stop");
  }

  static CleanStop onInterrupt(Runnable stop) {
    CleanStop open = new CleanStop(stop);
    Runtime.getRuntime().addShutdownHook(open.hook);
    return open;
  }

  /** Only says so; the process ends at once. */
  static CleanStop saying(Runnable word) {
    CleanStop open = onInterrupt(word);
    open.ended.countDown();
    return open;
  }

  private void stopAndAwait(Runnable stop) {
    stop.run();
    try {
      ended.await(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      // the hook is under way, and ends now
    }
  }
}
