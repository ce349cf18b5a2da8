package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.job.JobParts;
import io.tidecast.job.offline.Phases;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * How many windows a second the recurrent member is trained on: the product's trainer and recipe,
 * but for a validation part of nearly nothing. Processor time of one thread, the best of {@value
 * #ROUNDS} rounds.
 *
 * <pre>
 * keys, records (windows), horizon, hidden
 * windowSteps       steps of a window, burn-in included
 * batch             windows of an update
 * windowsPerSecond
 * </pre>
 */
public final class TrainBench {
  private static final int ROUNDS = 6;
  private static final TrainingConfig RECIPE = TrainingConfig.DEFAULT;

  private final BenchOptions options;
  private final Phases phases;

  public TrainBench(BenchOptions options, Phases phases) {
    this.options = options;
    this.phases = phases;
  }

  public ObjectNode run() {
    int batch = RECIPE.windows().batch();
    int updates = Math.max(1, options.records() / batch / ROUNDS);
    double perSecond = updates * batch * 1e9 / leastNanos(updates);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "train").put("keys", options.keys());
    result.put("records", updates * batch * ROUNDS);
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("windowSteps", RECIPE.windows().length()).put("batch", batch);
    return result.put("windowsPerSecond", Rounded.of(perSecond));
  }

  private long leastNanos(int updates) {
    ForecasterConfig config = options.config().forecaster(GeneratedLoad.VARIABLE);
    TrainingRun run = new TrainingRun(GeneratedLoad.VARIABLE, 1, 1, JobParts.version());
    try (Rounds rounds = new Rounds(phases.begin("training", ROUNDS))) {
      TrainingResult result =
          new Trainer(config, recipe(updates)).choose(stretches(config), run, rounds);
      if (result instanceof TrainingResult.Failed failed) {
        throw new IllegalStateException(failed.reason());
      }
      return rounds.leastNanos;
    }
  }

  private static TrainingConfig recipe(int updates) {
    TrainingConfig.Schedule schedule =
        new TrainingConfig.Schedule(
            ROUNDS, ROUNDS, RECIPE.schedule().rowsPerUpdate(), updates, updates, ROUNDS);
    return new TrainingConfig(
        RECIPE.windows(),
        schedule,
        RECIPE.optimizer(),
        new TrainingConfig.Parts(0.01, 0),
        RECIPE.ridge(),
        RECIPE.history());
  }

  private List<Stretch> stretches(ForecasterConfig config) {
    int hours = 2 * RECIPE.windows().length() + 4 * (config.history() + config.horizon());
    List<Stretch> stretches = new ArrayList<>();
    for (int series = 0; series < options.keys(); series++) {
      float[][] values = new float[hours][1];
      for (int i = 0; i < hours; i++) {
        values[i][0] = (float) GeneratedLoad.value(series, GeneratedLoad.FIRST + i);
      }
      long end = GeneratedLoad.FIRST + hours - 1;
      stretches.add(new Stretch(GeneratedLoad.stream(series), end, values));
    }
    return stretches;
  }

  /** Processor time from round to round, on the training thread. */
  private static final class Rounds implements TrainingListener, AutoCloseable {
    private final Phases.Phase phase;
    private long last;
    private long leastNanos = Long.MAX_VALUE;

    Rounds(Phases.Phase phase) {
      this.phase = phase;
    }

    @Override
    public void roundEnded(int round, int rounds, double loss, double validationPinball) {
      long now = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      if (round > 0) {
        leastNanos = Math.min(leastNanos, now - last);
      }
      last = now;
      phase.at(round, "loss %.4f".formatted(loss));
    }

    @Override
    public void close() {
      phase.close();
    }
  }
}
