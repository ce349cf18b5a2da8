package io.tidecast.job.bench;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.train.TrainingConfig;
import java.util.List;

/**
 * The same training update by libtorch through DJL, one thread: LSTM over a batch of windows, head,
 * quantiles outwards from the median by softplus, the median from a learnt blend of the last value
 * and the naive, pinball loss at every step after the burn-in, clipping by global norm, AdamW.
 * Inputs and targets are drawn once and stay in place.
 */
public final class LibTorch implements Peer {
  private static final TrainingConfig RECIPE = TrainingConfig.DEFAULT;
  private static final List<String> NAMES = List.of("W", "R", "b", "c", "head", "bias", "blend");

  private NDManager manager;
  private Optimizer optimizer;
  private int levels;
  private int horizon;
  private int hidden;
  private NDArray x;
  private NDArray target;
  private NDArray naive;
  private NDArray level;
  private NDList zero;
  private NDList cell;
  private NDList parameters;

  @Override
  public String name() {
    return "libtorch 2.5.1 by DJL 0.32.0";
  }

  @Override
  public Work work() {
    return Work.UPDATE;
  }

  @Override
  public void open(BenchOptions options) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_threads", "1");
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    ForecasterConfig config = options.config().forecaster(GeneratedLoad.VARIABLE);
    hidden = config.cell().hidden();
    horizon = config.horizon();
    levels = config.levels().size();
    manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    draw(InputLayout.of(config).size());
    level = manager.create(outwards(config.levels()), new Shape(1, 1, levels));
    optimizer =
        Optimizer.adamW()
            .optLearningRateTracker(Tracker.fixed((float) RECIPE.optimizer().rate()))
            .optWeightDecays((float) RECIPE.optimizer().weightDecay())
            .build();
  }

  /** The median first, then upwards, then downwards: as the columns of the head are read. */
  private static float[] outwards(QuantileLevels all) {
    int median = all.median();
    float[] outwards = new float[all.size()];
    for (int j = 0; j < outwards.length; j++) {
      outwards[j] = (float) all.get(j <= median ? median + j : 2 * median - j);
    }
    return outwards;
  }

  private void draw(int inputs) {
    int batch = RECIPE.windows().batch();
    int steps = RECIPE.windows().length();
    int rows = RECIPE.windows().steps() * batch;
    x = manager.randomNormal(new Shape(steps, batch, inputs));
    target = manager.randomNormal(new Shape(rows, horizon, 1));
    naive = manager.randomNormal(new Shape(rows, horizon, 1));
    zero =
        new NDList(
            manager.zeros(new Shape(1, batch, hidden)), manager.zeros(new Shape(1, batch, hidden)));
    float bound = (float) (1 / Math.sqrt(hidden));
    cell =
        new NDList(
            manager.randomUniform(-bound, bound, new Shape(4L * hidden, inputs)),
            manager.randomUniform(-bound, bound, new Shape(4L * hidden, hidden)),
            manager.zeros(new Shape(4L * hidden)),
            manager.zeros(new Shape(4L * hidden)));
    parameters = new NDList(cell);
    parameters.add(
        manager.randomUniform(-bound, bound, new Shape(hidden, (long) horizon * levels)));
    parameters.add(manager.zeros(new Shape((long) horizon * levels)));
    parameters.add(manager.zeros(new Shape(1, horizon, 1)));
    parameters.forEach(one -> one.setRequiresGradient(true));
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) {
      update();
    }
  }

  private void update() {
    try (NDManager scratch = manager.newSubManager()) {
      // what an operation makes belongs to the manager of its first operand
      NDArray read = x.duplicate();
      read.attach(scratch);
      try (GradientCollector gradients = Engine.getEngine("PyTorch").newGradientCollector()) {
        NDArray loss = loss(read);
        gradients.backward(loss);
      }
      step(scratch);
    }
  }

  private NDArray loss(NDArray read) {
    NDArray h =
        read.getNDArrayInternal().lstm(read, zero, cell, true, 1, 0, true, false, false).get(0);
    NDArray rows =
        h.get(new NDIndex("{}:", RECIPE.windows().burnIn())).reshape(-1, hidden);
    NDArray raw =
        rows.matMul(parameters.get(4)).add(parameters.get(5)).reshape(-1, horizon, levels);
    int median = levels / 2;
    NDArray blend = parameters.get(6).getNDArrayInternal().sigmoid().mul(-1).add(1);
    NDArray middle = raw.get(new NDIndex(":, :, 0:1")).add(naive.mul(blend));
    NDArray spreads = raw.get(new NDIndex(":, :, 1:")).getNDArrayInternal().softPlus();
    NDArray above = middle.add(spreads.get(new NDIndex(":, :, :{}", median)).cumSum(2));
    NDArray below = middle.sub(spreads.get(new NDIndex(":, :, {}:", median)).cumSum(2));
    NDArray quantiles = middle.concat(above, 2).concat(below, 2);
    NDArray error = quantiles.mul(-1).add(target);
    return error.mul(level).maximum(error.mul(level.sub(1))).mean();
  }

  private void step(NDManager scratch) {
    double square = 0;
    for (NDArray parameter : parameters) {
      NDArray gradient = parameter.getGradient();
      gradient.attach(scratch);
      NDArray sum = gradient.square().sum();
      sum.attach(scratch);
      square += sum.getFloat();
    }
    float clip = (float) Math.min(1, RECIPE.optimizer().clipNorm() / Math.sqrt(square));
    for (int i = 0; i < parameters.size(); i++) {
      NDArray gradient = parameters.get(i).getGradient();
      gradient.attach(scratch);
      gradient.muli(clip);
      optimizer.update(NAMES.get(i), parameters.get(i), gradient);
      gradient.subi(gradient);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
