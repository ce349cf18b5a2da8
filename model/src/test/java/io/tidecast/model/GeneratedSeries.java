package io.tidecast.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Seeded series with seasons, noise, missing values and gaps, for tests. */
public final class GeneratedSeries {
  private final Random random;
  private double walk;

  public GeneratedSeries(long seed) {
    random = new Random(seed);
  }

  /** A season of 6 and a long one of 18 steps, two covariates, a short history. */
  public static ForecasterConfig config(Transform transform, int horizon) {
    return ForecasterConfig.of(Duration.ofHours(1), horizon, 6, 18).toBuilder()
        .transform(transform)
        .covariates(List.of("wind", "pressure"))
        .cell(new CellConfig(CellConfig.Kind.LSTM, 1, 8))
        .history(40)
        .maxGap(4)
        .build();
  }

  /** Steps with short and long gaps, missing targets and covariates. */
  public static List<ClosedStep> steps(long seed, int count) {
    GeneratedSeries series = new GeneratedSeries(seed);
    Random random = new Random(seed + 1);
    List<ClosedStep> steps = new ArrayList<>();
    long index = 1000;
    for (int i = 0; i < count; i++) {
      index += random.nextInt(12) == 0 ? 1 + random.nextInt(5) : 1;
      index += random.nextInt(150) == 0 ? 30 + random.nextInt(50) : 0;
      float value = series.perhapsMissing(series.value(index), 15);
      steps.add(new ClosedStep(index, value, series.covariates()));
    }
    return steps;
  }

  /** Positive value of step {@code index}: level 50, season of 6, a slow random walk. */
  public float value(long index) {
    walk += 0.1 * random.nextGaussian();
    return (float) (50 + 4 * Math.sin(2 * Math.PI * index / 6) + walk + random.nextGaussian());
  }

  /** NaN in one of {@code oneIn} draws, else {@code value}. */
  public float perhapsMissing(float value, int oneIn) {
    return random.nextInt(oneIn) == 0 ? Float.NaN : value;
  }

  public float[] covariates() {
    return new float[] {
      perhapsMissing((float) random.nextGaussian(), 9),
      perhapsMissing((float) (1000 + random.nextGaussian()), 7)
    };
  }
}
