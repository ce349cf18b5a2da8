package io.tidecast.model.train;

import io.tidecast.model.online.BlockLosses;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * By how much one model's loss lies below another's on the same blocks, and how much of that may be
 * noise: the one-sided t test of paired differences (Student 1908), on {@link BlockLosses blocks}.
 *
 * @param gain mean of (other - one); NaN if there is no block
 * @param noise half width of its one-sided bound at a level of {@value #LEVEL_PERCENT} %; infinite
 *     with fewer than {@value #MIN_BLOCKS} blocks
 */
record PairedTest(double gain, double noise) {
  static final int LEVEL_PERCENT = 1;
  static final int MIN_BLOCKS = 5;

  private static final double LEVEL = 1 - LEVEL_PERCENT / 100.0;

  /**
   * @param steps to put blocks together to, as far as {@value #MIN_BLOCKS} are left
   */
  static PairedTest of(BlockLosses one, BlockLosses other, int steps) {
    double[] differences = together(one, other, steps);
    double mean = Arrays.stream(differences).average().orElse(Double.NaN);
    if (differences.length < MIN_BLOCKS) {
      return new PairedTest(mean, Double.POSITIVE_INFINITY);
    }
    double variance = 0;
    for (double difference : differences) {
      variance += (difference - mean) * (difference - mean);
    }
    int degrees = differences.length - 1;
    double error = Math.sqrt(variance / degrees / differences.length);
    double quantile = new TDistribution(degrees).inverseCumulativeProbability(LEVEL);
    return new PairedTest(mean, quantile * error);
  }

  /** Mean differences over so many steps each; a rest that is shorter is left out. */
  private static double[] together(BlockLosses one, BlockLosses other, int steps) {
    double[] single =
        IntStream.range(0, one.model().length)
            .mapToDouble(i -> other.model()[i] - one.model()[i])
            .filter(difference -> !Double.isNaN(difference))
            .toArray();
    int many = Math.max(1, Math.min(steps / one.length(), single.length / (MIN_BLOCKS + 1)));
    return IntStream.range(0, single.length / many)
        .mapToDouble(i -> Arrays.stream(single, i * many, (i + 1) * many).average().orElseThrow())
        .toArray();
  }
}
