package io.tidecast.job;

import io.tidecast.job.retrain.GroupTrainer;
import io.tidecast.job.state.Outcome;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A trainer that breaks at chosen trainings, once each. One that is to break waits until the group
 * before it, in the alphabet, is done with the same boundary, so that its decision is out.
 */
final class BreakingTrainer implements GroupTrainer {
  private static final long serialVersionUID = 1;

  /** A copy of the trainer runs in the job: what tells the two apart is shared. */
  private static final Set<Training> TO_BREAK = ConcurrentHashMap.newKeySet();

  private static final ConcurrentHashMap<Training, CompletableFuture<Void>> DONE =
      new ConcurrentHashMap<>();

  private final GroupTrainer trainer;

  /**
   * Which training breaks.
   *
   * @param after group whose training of that boundary ends before; its own to wait for none
   */
  record Break(String group, Instant boundary, String after) {}

  private record Training(String group, long boundary) {}

  private static final ConcurrentHashMap<Training, Training> WAIT_FOR = new ConcurrentHashMap<>();

  BreakingTrainer(GroupTrainer trainer, Set<Break> breaks) {
    this.trainer = trainer;
    TO_BREAK.clear();
    DONE.clear();
    WAIT_FOR.clear();
    for (Break at : breaks) {
      Training training = new Training(at.group(), at.boundary().toEpochMilli());
      TO_BREAK.add(training);
      if (!at.after().equals(at.group())) {
        WAIT_FOR.put(training, new Training(at.after(), training.boundary()));
      }
    }
  }

  /** Whether every training that was to break has broken. */
  static boolean allBroken() {
    return TO_BREAK.isEmpty();
  }

  @Override
  public Outcome train(Request request) throws InterruptedException {
    Training training = new Training(request.group(), request.boundary());
    Outcome outcome = trainer.train(request);
    if (TO_BREAK.contains(training)) {
      awaitOther(training);
      TO_BREAK.remove(training);
      throw new IllegalStateException("broken on purpose: " + training);
    }
    done(training).complete(null);
    return outcome;
  }

  private static void awaitOther(Training training) throws InterruptedException {
    Training other = WAIT_FOR.get(training);
    if (other == null) {
      return;
    }
    try {
      done(other).get(1, TimeUnit.MINUTES);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(other + " did not end", e);
    }
  }

  private static CompletableFuture<Void> done(Training training) {
    return DONE.computeIfAbsent(training, key -> new CompletableFuture<>());
  }
}
