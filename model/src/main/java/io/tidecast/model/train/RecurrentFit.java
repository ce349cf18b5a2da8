package io.tidecast.model.train;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;

/**
 * Fits the recurrent member: truncated back-propagation through time over windows with a loss at
 * every step after the burn-in, AdamW with warm-up and cosine decay, clipping by global norm; the
 * weights of the best round on the validation part are kept.
 */
final class RecurrentFit {
  private static final float FORGET_BIAS = 1;
  private static final float HEAD_START = 0.1f;
  private static final double LEAST_RATE = 0.05;
  // hundreds of times what any training comes to, and no forecast overflows yet
  private static final float MAX_WEIGHT = 1e4f;
  // sigmoid of it is 1 in float: the base forecast is the last value
  private static final float LAST_VALUE_ONLY = 30;

  private final ForecasterConfig config;
  private final TrainingConfig training;
  private final TrainingSet set;
  private final TrainingListener listener;
  private final SplittableRandom random;
  private final Progress progress;

  RecurrentFit(
      ForecasterConfig config,
      TrainingConfig training,
      TrainingSet set,
      TrainingListener listener,
      long seed,
      Progress progress) {
    this.config = config;
    this.training = training;
    this.set = set;
    this.listener = listener;
    this.progress = progress;
    random = new SplittableRandom(seed);
  }

  record Fitted(List<CellWeights> layers, HeadWeights head) {}

  /**
   * @param champion whose weights are the start; empty to start from scratch
   * @throws TrainingFailedException if more updates were not finite than allowed, or weights have
   *     exploded
   */
  Fitted fit(Optional<ForecastModel> champion) throws TrainingFailedException {
    HeadStart start = new HeadStart(config, set);
    float[] unit =
        champion.flatMap(ForecastModel::head).map(HeadWeights::unit).orElseGet(start::unit);
    float[] parameters = champion.map(this::parameters).orElseGet(() -> initial(start, unit));
    int rounds =
        champion.isPresent() ? training.schedule().warmStartRounds() : training.schedule().rounds();
    double rate =
        champion.isPresent() ? training.optimizer().warmStartRate() : training.optimizer().rate();
    try (OffHeap memory = new OffHeap()) {
      RecurrentNetwork network =
          new RecurrentNetwork(
              memory, config, unit, training.windows().batch(), training.windows().length());
      float[] best = new Rounds(network, parameters, rounds, rate).run();
      requireBounded(best);
      return new Fitted(
          RecurrentNetwork.layers(config, best), RecurrentNetwork.head(config, best, unit));
    }
  }

  private static void requireBounded(float[] parameters) throws TrainingFailedException {
    for (float parameter : parameters) {
      if (!(Math.abs(parameter) <= MAX_WEIGHT)) {
        throw new TrainingFailedException(
            "Expected weights up to " + MAX_WEIGHT + " but found " + parameter);
      }
    }
  }

  private float[] initial(HeadStart start, float[] unit) {
    boolean walk = config.transform().isRandomWalk();
    int hidden = config.cell().hidden();
    int levels = config.levels().size();
    float[] p = new float[RecurrentNetwork.size(config)];
    float bound = (float) (1 / Math.sqrt(hidden));
    int at = 0;
    for (LayerShape layer : LayerShape.of(config)) {
      int bias = uniform(p, at, at + layer.bias(), bound);
      if (layer.kind() == CellConfig.Kind.LSTM) {
        Arrays.fill(p, bias + hidden, bias + 2 * hidden, FORGET_BIAS);
      }
      at += layer.size();
    }
    int outputs = config.horizon() * levels;
    int headWeight = at;
    at = uniform(p, at, at + outputs * hidden, HEAD_START * bound);
    for (int o = config.levels().median(); walk && o < outputs; o += levels) {
      Arrays.fill(p, headWeight + o * hidden, headWeight + (o + 1) * hidden, 0);
    }
    System.arraycopy(start.bias(unit, walk ? 1 : 0.5), 0, p, at, outputs);
    Arrays.fill(p, at + outputs, p.length, walk ? LAST_VALUE_ONLY : 0);
    return p;
  }

  private int uniform(float[] values, int from, int to, float bound) {
    for (int i = from; i < to; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return to;
  }

  private float[] parameters(ForecastModel champion) {
    float[] p = new float[RecurrentNetwork.size(config)];
    int at = 0;
    List<LayerShape> shapes = LayerShape.of(config);
    for (int i = 0; i < shapes.size(); i++) {
      shapes.get(i).parameters(champion.layers().get(i), p, at);
      at += shapes.get(i).size();
    }
    HeadWeights head = champion.head().orElseThrow();
    at = append(p, at, head.weight());
    at = append(p, at, head.bias());
    append(p, at, head.blend());
    return p;
  }

  private static int append(float[] to, int at, float[] values) {
    System.arraycopy(values, 0, to, at, values.length);
    return at + values.length;
  }

  /** The loop of one training. */
  private final class Rounds {
    private final RecurrentNetwork network;
    private final WindowSampler sampler = new WindowSampler(set, training, random);
    private final List<WindowBatch> validation = sampler.validation();
    private final float[] parameters;
    private final float[] gradient;
    private final AdamW optimizer;
    private final int rounds;
    private final int updatesPerRound;
    private final double peakRate;
    private int drawn;

    Rounds(RecurrentNetwork network, float[] parameters, int rounds, double peakRate) {
      this.network = network;
      this.parameters = parameters;
      this.rounds = rounds;
      this.peakRate = peakRate;
      gradient = new float[parameters.length];
      optimizer = new AdamW(parameters.length, training.optimizer().weightDecay());
      updatesPerRound =
          (int)
              Math.max(
                  training.schedule().minUpdates(),
                  Math.min(
                      training.schedule().maxUpdates(),
                      set.trainingRows() / training.schedule().rowsPerUpdate()));
    }

    /** The best parameters. */
    float[] run() throws TrainingFailedException {
      network.load(parameters);
      float[] best = parameters.clone();
      progress.roundEnded(Double.NaN, validationLoss());
      listener.roundEnded(0, rounds, Double.NaN, progress.lastValidation());
      for (int round = 1; round <= rounds; round++) {
        double loss = round();
        if (progress.nonFiniteSteps() > training.optimizer().maxNonFinite()) {
          throw new TrainingFailedException(
              "Expected at most "
                  + training.optimizer().maxNonFinite()
                  + " updates with a loss or gradient that is not finite but found "
                  + progress.nonFiniteSteps());
        }
        if (progress.roundEnded(loss, validationLoss())) {
          best = parameters.clone();
        }
        listener.roundEnded(round, rounds, loss, progress.lastValidation());
        if (progress.roundsSinceBest() >= training.schedule().patience()) {
          break;
        }
      }
      network.load(best);
      progress.gradientNormByLag(network.gradientNormByLag(lastStepOnly(sampler.draw())));
      return best;
    }

    private double round() {
      double sum = 0;
      int finite = 0;
      for (int i = 0; i < updatesPerRound; i++) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("training was interrupted");
        }
        double loss = update();
        if (Double.isFinite(loss)) {
          sum += loss;
          finite++;
        }
      }
      return sum / Math.max(1, finite);
    }

    private double update() {
      double loss = network.lossAndGradient(sampler.draw(), gradient).mean(config.levels().size());
      double norm = AdamW.norm(gradient);
      double rate = rate(drawn++);
      if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
        progress.nonFinite();
        return Double.NaN;
      }
      progress.updated(AdamW.clip(gradient, norm, training.optimizer().clipNorm()));
      optimizer.step(parameters, gradient, rate);
      network.load(parameters);
      return loss;
    }

    private double rate(int update) {
      double warm = Math.min(1, (update + 1.0) / Math.max(1, training.optimizer().warmUpUpdates()));
      double done = (double) update / (rounds * updatesPerRound);
      double cosine = 0.5 * (1 + Math.cos(Math.PI * done));
      return peakRate * warm * (LEAST_RATE + (1 - LEAST_RATE) * cosine);
    }

    private double validationLoss() {
      double sum = 0;
      long cells = 0;
      for (WindowBatch batch : validation) {
        RecurrentNetwork.Loss loss = network.loss(batch);
        sum += loss.sum();
        cells += loss.cells();
      }
      return new RecurrentNetwork.Loss(sum, cells).mean(config.levels().size());
    }

    /** The longest windows, so that their last steps fall together. */
    private static WindowBatch lastStepOnly(WindowBatch batch) {
      int longest = batch.windows().stream().mapToInt(w -> w.to() - w.from()).max().orElse(0);
      return new WindowBatch(
          batch.windows().stream()
              .filter(w -> w.to() - w.from() == longest)
              .map(
                  w ->
                      new WindowBatch.Window(
                          w.rows(),
                          w.from(),
                          w.to() - 1,
                          w.to(),
                          w.targetEnd(),
                          w.meanScale(),
                          w.negated()))
              .toList());
    }
  }
}
