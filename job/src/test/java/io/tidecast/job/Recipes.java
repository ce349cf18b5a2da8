package io.tidecast.job;

import io.tidecast.model.train.TrainingConfig;

/** Trainings that take a moment. */
public final class Recipes {
  private static final TrainingConfig.Parts PARTS = new TrainingConfig.Parts(0.15, 0.15);

  /** Not finished after one training, so that the next one is better. */
  public static final TrainingConfig UNFINISHED =
      new TrainingConfig(
          new TrainingConfig.Windows(8, 48, 8, 0),
          new TrainingConfig.Schedule(3, 2, 1000, 6, 12, 3),
          new TrainingConfig.Optimizer(3e-3, 3e-3, 4, 1e-4, 1.0, 10),
          PARTS,
          300,
          new TrainingConfig.History(64, 100, 1_000_000));

  /** Weights that are not those of another seed, of whatever worth. */
  public static final TrainingConfig TINY =
      new TrainingConfig(
          new TrainingConfig.Windows(8, 24, 4, 0),
          new TrainingConfig.Schedule(2, 1, 1000, 4, 8, 2),
          new TrainingConfig.Optimizer(3e-3, 1e-3, 2, 1e-4, 1.0, 10),
          PARTS,
          300,
          new TrainingConfig.History(64, 50, 1_000_000));

  private Recipes() {}
}
