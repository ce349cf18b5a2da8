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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
 * peers             if asked for: other libraries at an update of the same size and loss, in turns
 * </pre>
 */
public final class TrainBench {
  private static final int ROUNDS = 6;
  private static final TrainingConfig RECIPE = TrainingConfig.DEFAULT;

  private final BenchOptions options;
  private final boolean withPeers;
  private final Phases phases;

  /**
   * @param withPeers whether other libraries are measured as well
   */
  public TrainBench(BenchOptions options, boolean withPeers, Phases phases) {
    this.options = options;
    this.withPeers = withPeers;
    this.phases = phases;
  }

  public ObjectNode run() {
    int batch = RECIPE.windows().batch();
    int updates = Math.max(1, options.records() / batch / ROUNDS);
    try (Peers peers = peers(updates)) {
      double micros = leastNanos(updates, peers) / 1e3 / updates;
      ObjectNode result = result(batch, updates, 1e6 * batch / micros);
      peers.report(result, Map.of(Peer.Work.UPDATE, micros));
      return result;
    }
  }

  private Peers peers(int updates) {
    Peers peers = new Peers();
    return withPeers ? peers.with(Peer.Work.UPDATE, options, updates) : peers;
  }

  private ObjectNode result(int batch, int updates, double perSecond) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "train").put("keys", options.keys());
    result.put("records", updates * batch * ROUNDS);
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("windowSteps", RECIPE.windows().length()).put("batch", batch);
    return result.put("windowsPerSecond", Meter.rounded(perSecond));
  }

  private long leastNanos(int updates, Peers peers) {
    ForecasterConfig config = options.config().forecaster(GeneratedLoad.VARIABLE);
    TrainingRun run = new TrainingRun(GeneratedLoad.VARIABLE, 1, 1, JobParts.version());
    try (Rounds rounds = new Rounds(phases.begin("training", ROUNDS), peers)) {
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
    private final Peers peers;
    private long last;
    private long leastNanos = Long.MAX_VALUE;

    Rounds(Phases.Phase phase, Peers peers) {
      this.phase = phase;
      this.peers = peers;
    }

    @Override
    public void roundEnded(int round, int rounds, double loss, double validationPinball) {
      if (round > 0) {
        leastNanos = Math.min(leastNanos, Meter.nanos() - last);
        peers.round();
      }
      last = Meter.nanos();
      phase.at(round, "loss %.4f".formatted(loss));
    }

    @Override
    public void close() {
      phase.close();
    }
  }
}
