package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.Transform;
import io.tidecast.model.input.InputLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowSamplerTest {
  private static final double SHIFT = 0.5;
  private static final int HORIZON = 3;

  @Test
  void eachWindowIsShiftedByADrawOfItsOwn() {
    List<WindowBatch.Window> windows = drawn(Transform.LEVEL, SHIFT);

    int[] shifted = shifted(windows);
    // of the target and of two covariates; what is known beforehand is read beside what it will be
    InputLayout layout = InputLayout.of(config(Transform.LEVEL));
    assertArrayEquals(new int[] {0, layout.covariateLevel(0), layout.covariateLevel(1)}, shifted);
    for (int input : shifted) {
      double[] draws = windows.stream().mapToDouble(window -> window.shift()[input]).toArray();
      double square = IntStream.range(0, draws.length).mapToDouble(i -> draws[i] * draws[i]).sum();
      // four standard errors of the deviation of 640 draws
      assertEquals(SHIFT, Math.sqrt(square / draws.length), 4 * SHIFT / Math.sqrt(2 * 640));
    }
    assertTrue(
        windows.stream().noneMatch(window -> window.shift()[0] == window.shift()[shifted[1]]),
        "no two inputs are shifted alike");
  }

  @Test
  void theTargetOfARandomWalkHasNoLevelToShift() {
    List<WindowBatch.Window> windows = drawn(Transform.RANDOM_WALK, SHIFT);

    InputLayout layout = InputLayout.of(config(Transform.RANDOM_WALK));
    assertArrayEquals(
        new int[] {layout.covariateLevel(0), layout.covariateLevel(1)}, shifted(windows));
  }

  @Test
  void withoutAShiftAndInValidationInputsAreAsTheyAre() {
    assertEquals(0, shifted(drawn(Transform.LEVEL, 0)).length);
    List<WindowBatch.Window> validation = new ArrayList<>();
    sampler(Transform.LEVEL, SHIFT)
        .validation()
        .forEach(batch -> validation.addAll(batch.windows()));
    assertTrue(validation.size() > 0);
    assertEquals(0, shifted(validation).length);
  }

  /** Inputs that are shifted in any of the windows, ascending. */
  private static int[] shifted(List<WindowBatch.Window> windows) {
    return IntStream.range(0, windows.get(0).shift().length)
        .filter(i -> windows.stream().anyMatch(window -> window.shift()[i] != 0))
        .toArray();
  }

  private static List<WindowBatch.Window> drawn(Transform transform, double shift) {
    WindowSampler sampler = sampler(transform, shift);
    List<WindowBatch.Window> windows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      windows.addAll(sampler.draw().windows());
    }
    return windows;
  }

  private static WindowSampler sampler(Transform transform, double shift) {
    ForecasterConfig config = config(transform);
    Random random = new Random(2);
    float[][] values = new float[600][4 + HORIZON];
    for (float[] row : values) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    TrainingConfig recipe = TrainingConfig.DEFAULT;
    TrainingSet set = TrainingSet.of(List.of(new Stretch("a", 599, values)), config, recipe);
    TrainingConfig.Windows windows = new TrainingConfig.Windows(20, 60, 16, shift);
    return new WindowSampler(config, set, windows, new SplittableRandom(1));
  }

  private static ForecasterConfig config(Transform transform) {
    return ForecasterConfig.of(Duration.ofHours(1), HORIZON, 4, 9).toBuilder()
        .transform(transform)
        .covariates(List.of("wind", "pressure", "price"))
        .knownFuture(List.of("price"))
        .history(24)
        .build();
  }
}
