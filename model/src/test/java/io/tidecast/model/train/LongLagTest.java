package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Otherwise;
import io.tidecast.model.input.InputLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A value is shown once; a cue asks for it again and again, the last time 100 steps later. Inputs
 * hold nothing else, so that only what a cell carries can tell the value. Trained on all cues,
 * judged by the last of each alone.
 */
class LongLagTest {
  private static final int LAG = 100;
  static final int CYCLE = LAG + 10;
  static final int JUDGED = 30;
  private static final int CYCLES = 1000;
  private static final long SEED = 1;

  /** What the value is shown by: in service a level never moves without a change. */
  private enum Shown {
    LEVEL,
    LEVEL_AND_CHANGE
  }

  @Test
  void lstmRemembersASignalOf100StepsBack() throws TrainingFailedException {
    TrainingReport report = train(CellConfig.Kind.LSTM, Shown.LEVEL);

    assertTrue(remaining(report) < 0.6, report.validation().toString());
    // what does not vanish: the gradient still tells of the step of the signal
    assertTrue(gradientAtTheLag(report) > 1e-3, report.gradientNormByLag().toString());
  }

  @Test
  void lstmRemembersAChangeWhereLevelsAreShifted() throws TrainingFailedException {
    TrainingReport report = train(CellConfig.Kind.LSTM, Shown.LEVEL_AND_CHANGE);

    assertTrue(remaining(report) < 0.6, report.validation().toString());
    // what does not vanish: the gradient still tells of the step of the signal
    assertTrue(gradientAtTheLag(report) > 1e-3, report.gradientNormByLag().toString());
  }

  @Test
  void vanillaRnnForgetsIt() throws TrainingFailedException {
    TrainingReport report = train(CellConfig.Kind.RNN, Shown.LEVEL);

    assertTrue(remaining(report) > 0.9, report.validation().toString());
    assertTrue(gradientAtTheLag(report) < 1e-9, report.gradientNormByLag().toString());
  }

  /** Share of the loss of the start that is left. */
  private static double remaining(TrainingReport report) {
    List<Double> validation = report.validation();
    return validation.get(report.bestRound()) / validation.get(0);
  }

  /** Relative to that at the step of the loss. */
  private static double gradientAtTheLag(TrainingReport report) {
    List<Double> norms = report.gradientNormByLag();
    return norms.get(LAG) / norms.get(0);
  }

  private static TrainingReport train(CellConfig.Kind kind, Shown shown)
      throws TrainingFailedException {
    ForecasterConfig config =
        Otherwise.cell(
            ForecasterConfig.of(Duration.ofHours(1), 1, 1, 0), new CellConfig(kind, 1, 12));
    SeriesRows rows = rows(config, CYCLES, shown);
    int end = rows.rows();
    TrainingSet set =
        new TrainingSet(
            List.of(rows), List.of(), 0, new TimeSplit(0, end - JUDGED * CYCLE, end, end - 1));
    Progress progress = new Progress(set);
    new RecurrentFit(
            config,
            recipe(shown),
            set,
            TrainingListener.NONE,
            SEED,
            progress,
            BaseForecast.lastValue(config))
        .fit();
    return progress.report();
  }

  /** The defaults but for the rate and the length: the burn-in shows each signal before its cue. */
  private static TrainingConfig recipe(Shown shown) {
    TrainingConfig d = TrainingConfig.DEFAULT;
    // a level alone that is shown once is a level shifted for one step: no series is like that
    double shift = shown == Shown.LEVEL ? 0 : d.windows().shift();
    return new TrainingConfig(
        new TrainingConfig.Windows(LAG + 5, CYCLE + 5, d.windows().batch(), shift),
        new TrainingConfig.Schedule(12, 12, 500, 64, 64, 12),
        new TrainingConfig.Optimizer(1e-2, 1e-2, 20, 1e-4, 1.0, 10),
        new TrainingConfig.Parts(d.parts().validation(), 0),
        d.ridge(),
        d.history());
  }

  static SeriesRows rows(ForecasterConfig config, int cycles) {
    return rows(config, cycles, Shown.LEVEL);
  }

  /** Of the last {@link #JUDGED} cycles the last cue alone has an origin. */
  private static SeriesRows rows(ForecasterConfig config, int cycles, Shown shown) {
    int steps = cycles * CYCLE;
    float[] x = new float[steps];
    float[] scale = new float[steps];
    Arrays.fill(scale, 1);
    boolean[] observed = new boolean[steps];
    float[][] inputs = new float[steps][InputLayout.of(config).size()];
    int cue = InputLayout.of(config).size() - 1;
    Random random = new Random(3);
    for (int k = 0; k < cycles; k++) {
      int signal = k * CYCLE + 3;
      float value = (float) (3 * random.nextDouble() - 1.5);
      inputs[signal][0] = value;
      inputs[signal][1] = shown == Shown.LEVEL_AND_CHANGE ? value : 0;
      for (int lag = 1; lag > 0; lag = nextLag(lag, random)) {
        int origin = signal + lag;
        inputs[origin][cue] = 1;
        x[origin + 1] = value;
        if (lag == LAG || k < cycles - JUDGED) {
          observed[origin] = true;
          observed[origin + 1] = true;
        }
      }
    }
    long[] numbers = new long[steps];
    Arrays.setAll(numbers, i -> i);
    List<SeriesRows.Segment> whole = List.of(new SeriesRows.Segment(0, x.length));
    return new SeriesRows(
        numbers, x, scale, observed, inputs, new float[inputs.length][0], whole, 0);
  }

  /** Ever further apart, the last at {@code LAG}; then 0. */
  private static int nextLag(int lag, Random random) {
    if (lag == LAG) {
      return 0;
    }
    return Math.min(LAG, (int) (lag * (1.3 + 0.6 * random.nextDouble())) + 2);
  }
}
