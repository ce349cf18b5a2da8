package io.tidecast.job.bench;

import com.amazon.randomcutforest.config.TransformMethod;
import com.amazon.randomcutforest.parkservices.ForecastDescriptor;
import com.amazon.randomcutforest.parkservices.RCFCaster;
import java.time.Duration;

/**
 * {@code RCFCaster} of Random Cut Forest: a forest for each series, with an interval for each lead;
 * 50 trees of 256 samples, a day of values in a shingle.
 */
public final class RandomCutForest implements Peer {
  private static final int SERIES = 4;
  private static final int SHINGLE = 24;
  private static final int TREES = 50;
  private static final int SAMPLES = 256;
  private static final int WARM = 600;

  private final RCFCaster[] casters = new RCFCaster[SERIES];
  private long step;
  private float sum;

  @Override
  public String name() {
    return "RCFCaster 4.4.0";
  }

  @Override
  public Work work() {
    return Work.STEP;
  }

  @Override
  public void open(BenchOptions options) {
    for (int series = 0; series < SERIES; series++) {
      casters[series] =
          RCFCaster.builder()
              .dimensions(SHINGLE)
              .shingleSize(SHINGLE)
              .numberOfTrees(TREES)
              .sampleSize(SAMPLES)
              .randomSeed(series)
              .transformMethod(TransformMethod.NORMALIZE)
              .forecastHorizon(options.horizon())
              .build();
    }
    run(WARM * SERIES);
    if (sum == 0) {
      throw new IllegalStateException("Expected forecasts after " + WARM + " values");
    }
  }

  @Override
  public void run(int times) {
    for (int i = 0; i < times; i++) {
      int series = (int) (step % SERIES);
      long hour = GeneratedLoad.FIRST + step / SERIES;
      double[] value = {GeneratedLoad.value(series, hour)};
      ForecastDescriptor made =
          casters[series].process(value, Duration.ofHours(hour).toSeconds());
      sum += made.getTimedForecast().rangeVector.values[0];
      step++;
    }
  }

  @Override
  public void close() {}
}
