package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Whether the model does worse on this series than the seasonal naive, beyond noise.
 *
 * <p>Losses of overlapping forecasts are correlated over about a horizon, so the difference of the
 * losses is averaged over batches of that length, and the batches are taken as independent (batch
 * means, Law 1983): {@code z = mean / sqrt(variance / (n - 1))} with running mean and variance of
 * the last {@value #SPAN} batches or so. The naive takes over above {@value #ENTER}, and hands back
 * below {@value #LEAVE}.
 */
final class NaiveGuard {
  static final int BYTES = 3 * Double.BYTES + 2 * Integer.BYTES + 1;

  private static final int SPAN = 20;
  private static final int MIN_BATCH = 24;
  private static final int MIN_BATCHES = 8;
  private static final double ENTER = 3;
  private static final double LEAVE = 1;

  private final int batch;
  private double sum;
  private double mean;
  private double variance;
  private int inBatch;
  private int batches;
  private boolean naiveServes;

  NaiveGuard(ForecasterConfig config) {
    batch = Math.max(MIN_BATCH, config.horizon());
  }

  /**
   * @param excess loss of the model above that of the naive, for the targets of one step
   */
  void observe(double excess) {
    sum += excess;
    inBatch++;
    if (inBatch == batch) {
      closeBatch(sum / batch);
      sum = 0;
      inBatch = 0;
    }
  }

  private void closeBatch(double excess) {
    batches++;
    double rate = Math.max(1.0 / SPAN, 1.0 / batches);
    double deviation = excess - mean;
    mean += rate * deviation;
    variance = (1 - rate) * (variance + rate * deviation * deviation);
    if (batches >= MIN_BATCHES) {
      double z = mean / Math.sqrt(variance / (Math.min(batches, SPAN) - 1));
      naiveServes = z > (naiveServes ? LEAVE : ENTER);
    }
  }

  boolean naiveServes() {
    return naiveServes;
  }

  void set(NaiveGuard other) {
    sum = other.sum;
    mean = other.mean;
    variance = other.variance;
    inBatch = other.inBatch;
    batches = other.batches;
    naiveServes = other.naiveServes;
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(sum);
    out.writeDouble(mean);
    out.writeDouble(variance);
    out.writeInt(inBatch);
    out.writeInt(batches);
    out.writeBoolean(naiveServes);
  }

  void read(DataInput in) throws IOException {
    sum = in.readDouble();
    mean = in.readDouble();
    variance = in.readDouble();
    inBatch = in.readInt();
    batches = in.readInt();
    naiveServes = in.readBoolean();
  }
}
