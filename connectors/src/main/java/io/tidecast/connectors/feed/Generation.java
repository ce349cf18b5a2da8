package io.tidecast.connectors.feed;

import io.tidecast.connectors.record.ObservationRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * The rows of a generated feed: at each step what the streams share moves on, then each stream
 * gives one observation.
 */
final class Generation implements Iterator<FeedRow> {

  /** One stream, stepped in order. */
  interface Stream {
    FeedRow next(long index, Instant time);
  }

  private final Instant start;
  private final Duration step;
  private final long steps;
  private final Runnable shared;
  private final List<? extends Stream> streams;
  private long index;
  private int stream;

  /**
   * @param steps in all; 0 for no end
   * @param shared run once at the begin of each step
   */
  Generation(
      Instant start, Duration step, long steps, Runnable shared, List<? extends Stream> streams) {
    if (start == null) {
      throw new IllegalStateException("the feed has no start: anchor it at a moment first");
    }
    this.start = start;
    this.step = step;
    this.steps = steps;
    this.shared = shared;
    this.streams = streams;
  }

  @Override
  public boolean hasNext() {
    return steps == 0 || index < steps;
  }

  @Override
  public FeedRow next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (stream == 0) {
      shared.run();
    }
    FeedRow row = streams.get(stream).next(index, start.plus(step.multipliedBy(index)));
    stream++;
    if (stream == streams.size()) {
      stream = 0;
      index++;
    }
    return row;
  }

  /**
   * The last full step at {@code now} and {@code backfill} steps before it, on the epoch's grid.
   */
  static Instant startBefore(Instant now, Duration step, int backfill) {
    long millis = step.toMillis();
    long last = Math.floorDiv(now.toEpochMilli(), millis) * millis;
    return Instant.ofEpochMilli(last).minus(step.multipliedBy(backfill));
  }

  /** A seed of its own for each stream: neighbours in {@link Random} would be alike. */
  static long mixed(long seed, int stream) {
    long z = seed * 0x9E3779B97F4A7C15L + stream * 0xD1B54A32D192ED03L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    return z ^ (z >>> 27);
  }

  /**
   * One step of a first-order autoregression of unit variance that forgets in {@code memory} steps.
   */
  static double autoregressive(double value, double memory, RandomGenerator random) {
    double kept = StrictMath.exp(-1 / memory);
    return kept * value + StrictMath.sqrt(1 - kept * kept) * random.nextGaussian();
  }

  /** Instruments and exchanges report few decimals. */
  static double rounded(double value, int decimals) {
    double unit = StrictMath.pow(10, decimals);
    return StrictMath.rint(value * unit) / unit;
  }

  static FeedRow row(ObservationRecord observation, double damaged, Random random) {
    return new FeedRow(observation, random.nextDouble() < damaged);
  }
}
