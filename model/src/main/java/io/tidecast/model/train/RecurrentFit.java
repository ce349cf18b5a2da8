package io.tidecast.model.train;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;

/**
 * Fits the recurrent member: truncated back-propagation through time over windows with a loss at
 * every step after the burn-in, AdamW with warm-up and cosine decay, clipping by global norm. Each
 * window is seen from levels of its own: what is to be remembered is how a series moves, not where
 * it lay at the time. What is judged and kept is the exponential average of the weights over about
 * a round (Polyak and Juditsky 1992), of the round that is best on the validation part.
 */
final class RecurrentFit {
  private static final float FORGET_BIAS = 1;
  private static final float HEAD_START = 0.1f;
  private static final double LEAST_RATE = 0.05;
  // hundreds of times what any training comes to, and no forecast overflows yet
  private static final float MAX_WEIGHT = 1e4f;
  // sigmoid of it is 1 in float: the base forecast is the last value
  private static final float LAST_VALUE_ONLY = 30;
  // share of the base in what forecasts begin from, before the sigmoid
  private static final float BLEND = 3;

  private final ForecasterConfig config;
  private final TrainingConfig training;
  private final TrainingSet set;
  private final TrainingListener listener;
  private final SplittableRandom random;
  private final Progress progress;
  private final BaseForecast base;

  /**
   * @param base what forecasts begin from, beside the seasonal naive
   */
  RecurrentFit(
      ForecasterConfig config,
      TrainingConfig training,
      TrainingSet set,
      TrainingListener listener,
      long seed,
      Progress progress,
      BaseForecast base) {
    this.config = config;
    this.training = training;
    this.set = set;
    this.listener = listener;
    this.progress = progress;
    random = new SplittableRandom(seed);
    this.base = base;
  }

  /**
   * @param updates made from the start to these weights
   */
  record Fitted(List<CellWeights> layers, HeadWeights head, int updates) {}

  /**
   * From scratch.
   *
   * @throws TrainingFailedException if there is nothing to choose by, if more updates were not
   *     finite than allowed, or if weights have exploded
   */
  Fitted fit() throws TrainingFailedException {
    boolean walk = config.transform().isRandomWalk();
    HeadStart start = new HeadStart(config, set, base, walk ? 1 : 1 / (1 + Math.exp(-BLEND)));
    return fit(
        initial(start), start.unit(), training.schedule().rounds(), training.optimizer().rate());
  }

  /**
   * From the champion's weights, whose forecasts begin from the same.
   *
   * @throws TrainingFailedException as from scratch
   */
  Fitted fit(ForecastModel champion) throws TrainingFailedException {
    HeadWeights head = champion.head().orElseThrow();
    return fit(
        parameters(champion.layers(), head),
        head.unit(),
        training.schedule().warmStartRounds(),
        training.optimizer().warmStartRate());
  }

  private Fitted fit(float[] parameters, float[] unit, int rounds, double rate)
      throws TrainingFailedException {
    try (OffHeap memory = new OffHeap()) {
      RecurrentNetwork network =
          new RecurrentNetwork(
              memory, config, unit, base, training.windows().batch(), training.windows().length());
      Rounds loop = new Rounds(network, parameters, rounds, rate);
      return fitted(loop.run(), unit, loop.bestUpdates);
    }
  }

  private Fitted fitted(float[] parameters, float[] unit, int updates)
      throws TrainingFailedException {
    requireBounded(parameters);
    return new Fitted(
        RecurrentNetwork.layers(config, parameters),
        RecurrentNetwork.head(config, parameters, unit, base.isMap()),
        updates);
  }

  /**
   * On from what was chosen, over all rows, for as many updates as it took.
   *
   * @throws TrainingFailedException as from scratch
   */
  Fitted goOn(Fitted chosen) throws TrainingFailedException {
    if (chosen.updates() == 0) {
      return chosen;
    }
    try (OffHeap memory = new OffHeap()) {
      RecurrentNetwork network =
          new RecurrentNetwork(
              memory,
              config,
              chosen.head().unit(),
              base,
              training.windows().batch(),
              training.windows().length());
      float[] parameters = parameters(chosen.layers(), chosen.head());
      Rounds loop = new Rounds(network, parameters, 1, training.optimizer().warmStartRate());
      return fitted(loop.goOn(chosen.updates()), chosen.head().unit(), chosen.updates());
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

  private float[] initial(HeadStart start) {
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
    System.arraycopy(start.bias(), 0, p, at, outputs);
    Arrays.fill(p, at + outputs, at + outputs + config.horizon(), walk ? LAST_VALUE_ONLY : BLEND);
    return p;
  }

  private int uniform(float[] values, int from, int to, float bound) {
    for (int i = from; i < to; i++) {
      values[i] = (float) (bound * (2 * random.nextDouble() - 1));
    }
    return to;
  }

  private float[] parameters(List<CellWeights> layers, HeadWeights head) {
    float[] p = new float[RecurrentNetwork.size(config)];
    int at = 0;
    List<LayerShape> shapes = LayerShape.of(config);
    for (int i = 0; i < shapes.size(); i++) {
      shapes.get(i).parameters(layers.get(i), p, at);
      at += shapes.get(i).size();
    }
    at = append(p, at, head.weight());
    at = append(p, at, head.bias());
    at = append(p, at, head.blend());
    append(p, at, head.futureWeight());
    return p;
  }

  private static int append(float[] to, int at, float[] values) {
    System.arraycopy(values, 0, to, at, values.length);
    return at + values.length;
  }

  /** The loop of one training. */
  private final class Rounds {
    private final RecurrentNetwork network;
    private final WindowSampler sampler =
        new WindowSampler(config, set, training.windows(), random);
    private final List<WindowBatch> validation = sampler.validation();
    private final float[] parameters;
    private final float[] gradient;
    private final float[] averaged;
    private final AdamW optimizer;
    private final int rounds;
    private final int updatesPerRound;
    private final double peakRate;
    private int planned;
    private int drawn;
    private int made;
    private int bestUpdates;

    Rounds(RecurrentNetwork network, float[] parameters, int rounds, double peakRate) {
      this.network = network;
      this.parameters = parameters;
      this.rounds = rounds;
      this.peakRate = peakRate;
      gradient = new float[parameters.length];
      averaged = parameters.clone();
      optimizer = new AdamW(parameters.length, training.optimizer().weightDecay());
      updatesPerRound =
          (int)
              Math.max(
                  training.schedule().minUpdates(),
                  Math.min(
                      training.schedule().maxUpdates(),
                      set.trainingRows() / training.schedule().rowsPerUpdate()));
      planned = rounds * updatesPerRound;
    }

    /** The best parameters. */
    float[] run() throws TrainingFailedException {
      requireWindows();
      network.load(parameters);
      float[] best = parameters.clone();
      progress.roundEnded(Double.NaN, validationLoss());
      listener.roundEnded(0, rounds, Double.NaN, progress.lastValidation());
      for (int round = 1; round <= rounds; round++) {
        double loss = round();
        requireFinite();
        network.load(averaged);
        if (progress.roundEnded(loss, validationLoss())) {
          best = averaged.clone();
          bestUpdates = drawn;
        }
        network.load(parameters);
        listener.roundEnded(round, rounds, loss, progress.lastValidation());
        if (progress.roundsSinceBest() >= training.schedule().patience()) {
          break;
        }
      }
      network.load(best);
      progress.gradientNormByLag(network.gradientNormByLag(lastStepOnly(sampler.draw())));
      return best;
    }

    /** The parameters after so many updates. */
    float[] goOn(int updates) throws TrainingFailedException {
      requireWindows();
      network.load(parameters);
      planned = updates;
      for (int i = 0; i < updates; i++) {
        requireNotInterrupted();
        update();
      }
      requireFinite();
      return averaged;
    }

    private void requireWindows() throws TrainingFailedException {
      if (sampler.isEmpty()) {
        throw new TrainingFailedException(
            "Expected two consecutive steps to train on but found none");
      }
    }

    private void requireFinite() throws TrainingFailedException {
      if (progress.nonFiniteSteps() > training.optimizer().maxNonFinite()) {
        throw new TrainingFailedException(
            "Expected at most "
                + training.optimizer().maxNonFinite()
                + " updates with a loss or gradient that is not finite but found "
                + progress.nonFiniteSteps());
      }
    }

    private double round() {
      double sum = 0;
      int finite = 0;
      for (int i = 0; i < updatesPerRound; i++) {
        requireNotInterrupted();
        double loss = update();
        if (Double.isFinite(loss)) {
          sum += loss;
          finite++;
        }
      }
      return sum / Math.max(1, finite);
    }

    private static void requireNotInterrupted() {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("training was interrupted");
      }
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
      average();
      return loss;
    }

    /** Exponentially, over about a round: single updates are noise about where they lead. */
    private void average() {
      made++;
      float share = (float) Math.max(1.0 / updatesPerRound, 1.0 / made);
      for (int i = 0; i < averaged.length; i++) {
        averaged[i] += share * (parameters[i] - averaged[i]);
      }
    }

    private double rate(int update) {
      double warm = Math.min(1, (update + 1.0) / Math.max(1, training.optimizer().warmUpUpdates()));
      double done = (double) update / planned;
      double cosine = 0.5 * (1 + Math.cos(Math.PI * done));
      return peakRate * warm * (LEAST_RATE + (1 - LEAST_RATE) * cosine);
    }

    private double validationLoss() throws TrainingFailedException {
      double sum = 0;
      long cells = 0;
      for (WindowBatch batch : validation) {
        RecurrentNetwork.Loss loss = network.loss(batch);
        sum += loss.sum();
        cells += loss.cells();
      }
      if (cells == 0) {
        throw new TrainingFailedException(
            "Expected targets in the validation part but found none: it is shorter than the"
                + " shortest lead, or nothing was observed in it");
      }
      return new RecurrentNetwork.Loss(sum, cells).mean(config.levels().size());
    }

    /** The longest windows, so that their last steps fall together. */
    private static WindowBatch lastStepOnly(WindowBatch batch) {
      int longest = batch.windows().stream().mapToInt(w -> w.to() - w.from()).max().orElse(0);
      return new WindowBatch(
          batch.windows().stream()
              .filter(w -> w.to() - w.from() == longest)
              .map(WindowBatch.Window::lastStepOnly)
              .toList());
    }
  }
}
