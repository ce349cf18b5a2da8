package io.tidecast.job;

import io.tidecast.connectors.record.Names;
import io.tidecast.job.retrain.GroupTrainer;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A trainer that a test holds: some trainings stop at their end until they are interrupted, once
 * each, as by the death of their task manager; all of them first do what {@code before} says.
 */
final class HeldTrainer implements GroupTrainer {
  private static final long serialVersionUID = 1;

  /** A copy of the trainer runs in the job: what tells the two apart is shared. */
  private static final Map<Training, CountDownLatch> HELD = new ConcurrentHashMap<>();

  private static final AtomicReference<Consumer<Request>> BEFORE = new AtomicReference<>();

  private final GroupTrainer trainer;

  /** One training of the job. */
  record Training(String group, Instant boundary) {}

  HeldTrainer(GroupTrainer trainer) {
    this.trainer = trainer;
    HELD.clear();
    BEFORE.set(request -> {});
  }

  HeldTrainer before(Consumer<Request> what) {
    BEFORE.set(what);
    return this;
  }

  /** The latch opens when that training is held. */
  CountDownLatch hold(String target, Instant boundary) {
    return HELD.computeIfAbsent(
        new Training(Names.toGroup(target), boundary), key -> new CountDownLatch(1));
  }

  @Override
  public Result train(Request request) throws InterruptedException {
    BEFORE.get().accept(request);
    Training training = new Training(request.group(), Instant.ofEpochMilli(request.boundary()));
    CountDownLatch held = HELD.remove(training);
    if (held != null) {
      held.countDown();
      new CountDownLatch(1).await();
    }
    return trainer.train(request);
  }
}
