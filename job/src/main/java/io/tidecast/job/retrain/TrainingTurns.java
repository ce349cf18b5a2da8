package io.tidecast.job.retrain;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Who may train now: all retrain subtasks of a process share its processors. First come, first
 * served.
 *
 * <p>Thread safe.
 */
final class TrainingTurns {
  static final TrainingTurns OF_THIS_PROCESS = new TrainingTurns();

  private final Deque<Turn> waiting = new ArrayDeque<>();
  private int taken;

  /** A place in the queue, and from the call of {@code granted} on a training. */
  final class Turn {
    private final int atOnce;
    private final Runnable granted;
    private boolean holds;

    private Turn(int atOnce, Runnable granted) {
      this.atOnce = atOnce;
      this.granted = granted;
    }

    /** Leaves the queue or frees the place; a second call has no effect. */
    void end() {
      synchronized (TrainingTurns.this) {
        waiting.remove(this);
        if (holds) {
          holds = false;
          taken--;
          grant();
        }
      }
    }
  }

  /**
   * Gets in line.
   *
   * @param atOnce at most so many trainings in this process
   * @param granted called once, on any thread, when it may begin; must not block or throw
   */
  synchronized Turn take(int atOnce, Runnable granted) {
    Turn turn = new Turn(atOnce, granted);
    waiting.add(turn);
    grant();
    return turn;
  }

  private void grant() {
    while (!waiting.isEmpty() && taken < waiting.peek().atOnce) {
      Turn next = waiting.poll();
      next.holds = true;
      taken++;
      next.granted.run();
    }
  }
}
