package io.tidecast.job.retrain;

import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.job.state.Outcome;
import java.time.Instant;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One training, on a thread of its own, of the lowest priority: where the system heeds that, the
 * stream goes first. Whatever it throws is a failed outcome, and so is a model too large for its
 * topic: one group's data must not stop the others.
 */
final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);
  private static final int REASON_LENGTH = 500;

  /** It travels in base 64, with a few words beside it. */
  private static final int MAX_ARTIFACT_BYTES = (TopicsConfig.MODEL_MAX_BYTES - (1 << 16)) / 4 * 3;

  private final GroupTrainer trainer;
  private final GroupTrainer.Request request;
  private final Thread thread;

  /**
   * Starts.
   *
   * @param done told the result on the training's thread, unless it was interrupted
   */
  static Training start(
      GroupTrainer trainer, GroupTrainer.Request request, Consumer<GroupTrainer.Result> done) {
    Training training = new Training(trainer, request, done);
    training.thread.start();
    return training;
  }

  private Training(
      GroupTrainer trainer, GroupTrainer.Request request, Consumer<GroupTrainer.Result> done) {
    this.trainer = trainer;
    this.request = request;
    thread = new Thread(() -> run(done), "tidecast-training-" + request.group());
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
  }

  /** Asks it to end; it may go on for a while, and its result is of no interest. */
  void interrupt() {
    thread.interrupt();
  }

  private void run(Consumer<GroupTrainer.Result> done) {
    LOG.info(
        "group {} at boundary {} is trained on {} windows",
        request.group(),
        Instant.ofEpochMilli(request.boundary()),
        request.windows().size());
    try {
      done.accept(fitting(trainer.train(request)));
    } catch (InterruptedException e) {
      LOG.info("training of {} was interrupted", request.group());
    } catch (Throwable e) {
      LOG.warn("training of group {} broke", request.group(), e);
      String reason = "the training broke: " + e;
      done.accept(
          GroupTrainer.Result.failed(
              request, reason.substring(0, Math.min(REASON_LENGTH, reason.length()))));
    }
  }

  /** A model that the model topic would refuse must not be found out by its sink. */
  private GroupTrainer.Result fitting(GroupTrainer.Result result) {
    int bytes = result.outcome().serves().map(model -> model.bytes().length).orElse(0);
    if (bytes <= MAX_ARTIFACT_BYTES) {
      return result;
    }
    return new GroupTrainer.Result(
        new Outcome.Failed(
            "a model of " + bytes + " bytes; the model topic takes at most " + MAX_ARTIFACT_BYTES),
        result.trained(),
        result.besideSchedule(),
        result.cooldown(),
        request.now().drift(),
        result.observed(),
        result.leftOut());
  }
}
