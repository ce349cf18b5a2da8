package io.tidecast.model.online;

import java.util.Arrays;

/**
 * Mean losses over a span of time, cut into blocks as long as the horizon, or {@value #LONGEST}
 * steps: forecasts of neighbouring origins share targets, so that single losses say the same many
 * times over.
 *
 * @param first step of the first block, a multiple of {@code length}
 * @param length steps of a block
 * @param model mean loss of what was served in each block; NaN where nothing was scored
 * @param naive of the seasonal naive, the same targets
 */
public record BlockLosses(long first, int length, double[] model, double[] naive) {
  public static final int LONGEST = 24;

  /** Blocks in which something was scored. */
  public int scored() {
    return (int) Arrays.stream(model).filter(loss -> !Double.isNaN(loss)).count();
  }

  /** Without the blocks that end after a step. */
  public BlockLosses completeBy(long lastStep) {
    int count = (int) Math.max(0, Math.min(model.length, (lastStep + 1 - first) / length));
    return new BlockLosses(first, length, Arrays.copyOf(model, count), Arrays.copyOf(naive, count));
  }

  /** The step after the last block. */
  public long end() {
    return first + (long) model.length * length;
  }

  private Object[] content() {
    return new Object[] {first, length, model, naive};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BlockLosses that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }

  /** Sums by block while targets are scored. */
  public static final class Sums {
    private final long first;
    private final int length;
    private final double[] model;
    private final double[] naive;
    private final long[] count;

    /** Of targets in {@code [from, to)}. */
    public Sums(long from, long to, int length) {
      this.length = length;
      long start = Math.floorDiv(from, length);
      int blocks = (int) Math.max(0, Math.floorDiv(to - 1, length) - start + 1);
      first = start * length;
      model = new double[blocks];
      naive = new double[blocks];
      count = new long[blocks];
    }

    public void add(long step, double ofModel, double ofNaive, int targets) {
      int block = (int) ((step - first) / length);
      model[block] += ofModel;
      naive[block] += ofNaive;
      count[block] += targets;
    }

    public BlockLosses means() {
      double[] meanOfModel = new double[model.length];
      double[] meanOfNaive = new double[model.length];
      for (int i = 0; i < model.length; i++) {
        meanOfModel[i] = model[i] / count[i];
        meanOfNaive[i] = naive[i] / count[i];
      }
      return new BlockLosses(first, length, meanOfModel, meanOfNaive);
    }
  }
}
