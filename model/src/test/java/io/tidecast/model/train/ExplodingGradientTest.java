package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Otherwise;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import io.tidecast.model.weights.Provenance;
import io.tidecast.model.weights.RnnWeights;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A vanilla RNN that starts with feedback so strong that gradients grow with every step back. */
class ExplodingGradientTest {
  private static final int HIDDEN = 12;
  private static final int CYCLES = 300;
  private static final double FEEDBACK = 2.5;
  private static final int FAR = 280;

  /** What such a start comes to hangs on the last bits of a product: one alone says little. */
  private static final int STARTS = 5;

  @Test
  void clippedTrainingTamesTheGradientAndLearns() throws TrainingFailedException {
    double clipped = 0;
    double exploding = 0;
    long steps = 0;
    for (long seed = 1; seed <= STARTS; seed++) {
      TrainingReport report = train(seed, TrainingConfig.DEFAULT.optimizer().clipNorm());
      assertTrue(growth(report) < 1e-2, report.gradientNormByLag().toString());
      steps += report.clippedSteps();
      clipped += remaining(report) / STARTS;
      exploding += remaining(train(seed, Float.MAX_VALUE)) / STARTS;
    }

    assertTrue(steps > 20 * STARTS, "clipped " + steps);
    assertTrue(clipped < 0.89, "remains " + clipped);
    assertTrue(clipped < exploding - 0.02, clipped + " of " + exploding);
  }

  @Test
  void withoutClippingItGoesOnExploding() throws TrainingFailedException {
    TrainingReport report = train(1, Float.MAX_VALUE);

    assertTrue(growth(report) > 100, report.gradientNormByLag().toString());
    assertEquals(0, report.clippedSteps());
    assertTrue(remaining(report) > 0.93, report.validation().toString());
  }

  /** Gradient that many steps before the loss over that at the step of the loss. */
  private static double growth(TrainingReport report) {
    List<Double> norms = report.gradientNormByLag();
    return norms.get(FAR) / norms.get(0);
  }

  private static double remaining(TrainingReport report) {
    List<Double> validation = report.validation();
    return validation.get(report.bestRound()) / validation.get(0);
  }

  private static TrainingReport train(long seed, double clipNorm) throws TrainingFailedException {
    ForecasterConfig config =
        Otherwise.cell(
            ForecasterConfig.of(Duration.ofHours(1), 1, 1, 0),
            new CellConfig(CellConfig.Kind.RNN, 1, HIDDEN));
    SeriesRows rows = LongLagTest.rows(config, CYCLES);
    long holdOut = rows.rows() - LongLagTest.JUDGED * LongLagTest.CYCLE;
    long validation = holdOut - LongLagTest.JUDGED * LongLagTest.CYCLE;
    TrainingSet set =
        new TrainingSet(
            List.of(rows), List.of(), 0, new TimeSplit(0, validation, holdOut, rows.rows() - 1));
    Progress progress = new Progress(set);
    new RecurrentFit(
            config,
            recipe(clipNorm),
            set,
            TrainingListener.NONE,
            1,
            progress,
            BaseForecast.lastValue(config))
        .fit(start(config, seed));
    return progress.report();
  }

  private static TrainingConfig recipe(double clipNorm) {
    TrainingConfig d = TrainingConfig.DEFAULT;
    TrainingConfig.Windows w = d.windows();
    return new TrainingConfig(
        // the signal is a level alone, as that of LongLagTest
        new TrainingConfig.Windows(w.burnIn(), w.steps(), w.batch(), 0),
        new TrainingConfig.Schedule(8, 8, 500, 48, 48, 8),
        new TrainingConfig.Optimizer(3e-3, 1e-2, 0, 1e-4, clipNorm, 10),
        d.parts(),
        d.ridge(),
        d.history());
  }

  private static ForecastModel start(ForecasterConfig config, long seed) {
    Random random = new Random(seed);
    int inputs = InputLayout.of(config).size();
    int levels = config.levels().size();
    RnnWeights layer =
        new RnnWeights(
            inputs,
            HIDDEN,
            gaussian(HIDDEN * inputs, 0.3, random),
            gaussian(HIDDEN * HIDDEN, FEEDBACK / Math.sqrt(HIDDEN), random),
            new float[HIDDEN],
            new float[HIDDEN]);
    HeadWeights head =
        new HeadWeights(
            1,
            levels,
            HIDDEN,
            gaussian(levels * HIDDEN, 0.1, random),
            new float[levels],
            new float[1],
            new float[] {0.87f});
    return new ForecastModel(
        "start",
        config,
        List.of(layer),
        head,
        null,
        new Provenance("test", 1, "", 1, 0, 1, 1, 1, "test", 1));
  }

  private static float[] gaussian(int size, double deviation, Random random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }
}
