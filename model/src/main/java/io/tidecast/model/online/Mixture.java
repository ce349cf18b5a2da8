package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Share of the recurrent member against the highway, per lead, from the running mean pinball losses
 * A and B of both on this series: {@code sigmoid(-8 s (A - B) / ((A + B) / 2))}, with {@code s = n
 * / (n + 24)} for n losses seen, so that the first few decide little.
 *
 * <p>Source: exponential weighting of experts (Vovk 1990), with the loss relative to its size.
 */
final class Mixture {
  private static final int SPAN = 1000;
  private static final int CAUTION = 24;
  private static final double SHARPNESS = 8;

  private final float[] recurrentLoss;
  private final float[] highwayLoss;
  private final int[] count;

  Mixture(ForecasterConfig config) {
    recurrentLoss = new float[config.horizon()];
    highwayLoss = new float[config.horizon()];
    count = new int[config.horizon()];
  }

  static int bytes(ForecasterConfig config) {
    return config.horizon() * (2 * Float.BYTES + Integer.BYTES);
  }

  void observe(int h, double recurrent, double highway) {
    count[h] = Math.min(SPAN, count[h] + 1);
    recurrentLoss[h] += (float) ((recurrent - recurrentLoss[h]) / count[h]);
    highwayLoss[h] += (float) ((highway - highwayLoss[h]) / count[h]);
  }

  /** Weight of the recurrent member at lead {@code h + 1}, in (0, 1). */
  float share(int h) {
    double mean = (recurrentLoss[h] + highwayLoss[h]) / 2;
    if (!(mean > 0)) {
      return 0.5f;
    }
    double trust = SHARPNESS * count[h] / (count[h] + CAUTION);
    return (float) (1 / (1 + Math.exp(trust * (recurrentLoss[h] - highwayLoss[h]) / mean)));
  }

  void set(Mixture other) {
    System.arraycopy(other.recurrentLoss, 0, recurrentLoss, 0, recurrentLoss.length);
    System.arraycopy(other.highwayLoss, 0, highwayLoss, 0, highwayLoss.length);
    System.arraycopy(other.count, 0, count, 0, count.length);
  }

  void write(DataOutput out) throws IOException {
    LittleEndian.write(out, recurrentLoss);
    LittleEndian.write(out, highwayLoss);
    LittleEndian.write(out, count);
  }

  void read(DataInput in) throws IOException {
    LittleEndian.read(in, recurrentLoss);
    LittleEndian.read(in, highwayLoss);
    LittleEndian.read(in, count);
  }
}
