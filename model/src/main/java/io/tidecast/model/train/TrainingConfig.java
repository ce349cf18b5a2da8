package io.tidecast.model.train;

import static io.tidecast.model.Checks.inRange;

import java.io.Serializable;

/**
 * How a model is trained. A value; the only place of the recipe's defaults, which no file sets.
 *
 * @param windows what one update reads
 * @param schedule how many updates there are
 * @param optimizer how large they are
 * @param parts how the history is split
 * @param ridge penalty of the linear highway, on values in units of each series' mean scale
 * @param history how much of it there must be, and may be
 */
public record TrainingConfig(
    Windows windows,
    Schedule schedule,
    Optimizer optimizer,
    Parts parts,
    double ridge,
    History history)
    implements Serializable {

  public static final TrainingConfig DEFAULT =
      new TrainingConfig(
          new Windows(48, 240, 16, 0.5),
          new Schedule(56, 12, 500, 8, 96, 6),
          new Optimizer(3e-3, 1e-3, 20, 1e-4, 1.0, 10),
          new Parts(0.15, 0.15),
          300,
          new History(64, 300, 3_000_000));

  /**
   * What one update reads.
   *
   * @param burnIn steps at the start of a window, from a zero state, that carry no loss
   * @param steps of a window after the burn-in, each with a loss
   * @param batch windows per update
   * @param shift deviation of what is added to each input that is a level, one draw per window, in
   *     the unit of the inputs: a network that knows a stretch of the past by where it lay would
   *     learn it by heart; 0 for none
   */
  public record Windows(int burnIn, int steps, int batch, double shift) implements Serializable {
    public Windows {
      inRange("burnIn", burnIn, 1, 1000);
      inRange("steps", steps, 1, 2000);
      inRange("batch", batch, 1, 256);
      inRange("shift", shift, 0, 6);
    }

    /** Steps of a window in all. */
    public int length() {
      return burnIn + steps;
    }
  }

  /**
   * Rounds of updates; each ends with a look at the validation part.
   *
   * @param rounds from scratch
   * @param warmStartRounds when the champion's weights are the start
   * @param rowsPerUpdate a round has one update for this many training steps over all series
   * @param minUpdates of a round
   * @param maxUpdates of a round
   * @param patience rounds without a better validation loss after which training stops
   */
  public record Schedule(
      int rounds,
      int warmStartRounds,
      int rowsPerUpdate,
      int minUpdates,
      int maxUpdates,
      int patience)
      implements Serializable {
    public Schedule {
      inRange("rounds", rounds, 1, 10_000);
      inRange("warmStartRounds", warmStartRounds, 1, 10_000);
      inRange("rowsPerUpdate", rowsPerUpdate, 1, 1e9);
      inRange("minUpdates", minUpdates, 1, 100_000);
      inRange("maxUpdates", maxUpdates, minUpdates, 100_000);
      inRange("patience", patience, 1, 10_000);
    }
  }

  /**
   * AdamW.
   *
   * @param rate peak of the schedule: linear warm-up, then a cosine down to 5 %
   * @param warmStartRate the same when the champion's weights are the start
   * @param warmUpUpdates updates of the warm-up
   * @param weightDecay decoupled from the gradient, per update and learning rate
   * @param clipNorm largest global norm of a gradient
   * @param maxNonFinite updates dropped for a loss or gradient that is not finite, above which the
   *     training has failed
   */
  public record Optimizer(
      double rate,
      double warmStartRate,
      int warmUpUpdates,
      double weightDecay,
      double clipNorm,
      int maxNonFinite)
      implements Serializable {
    public Optimizer {
      inRange("rate", rate, 1e-8, 1);
      inRange("warmStartRate", warmStartRate, 1e-8, 1);
      inRange("warmUpUpdates", warmUpUpdates, 0, 1_000_000);
      inRange("weightDecay", weightDecay, 0, 1);
      inRange("clipNorm", clipNorm, 1e-6, Float.MAX_VALUE);
      inRange("maxNonFinite", maxNonFinite, 0, 1e9);
    }
  }

  /**
   * Shares of the steps, by their rank in time; see {@link TimeSplit}.
   *
   * @param validation before the hold-out: chooses
   * @param holdOut the newest, which nothing the gate judges has seen
   */
  public record Parts(double validation, double holdOut) implements Serializable {
    public Parts {
      inRange("validation", validation, 0.01, 0.5);
      inRange("holdOut", holdOut, 0, 0.5);
    }
  }

  /**
   * How much history there must be, and may be.
   *
   * @param minimum usable steps over all series and parts, below which training is refused; from
   *     there on there is a linear map
   * @param network usable steps of the training part, below which the network is left out
   * @param maxRows steps over all series that are read; beyond it series are left out, by a hash of
   *     their keys
   */
  public record History(int minimum, int network, int maxRows) implements Serializable {
    public History {
      inRange("minimum", minimum, 1, 1e9);
      inRange("network", network, 50, 1e9);
      inRange("maxRows", maxRows, 1000, 1e8);
    }
  }

  public TrainingConfig {
    inRange("ridge", ridge, 1e-6, 1e9);
  }

  /** The same with as little history as is asked for, where that is less. */
  public TrainingConfig forHistory(int minimum) {
    History less =
        new History(Math.min(minimum, history.minimum()), history.network(), history.maxRows());
    return new TrainingConfig(windows, schedule, optimizer, parts, ridge, less);
  }

  /** The same with other parts. */
  public TrainingConfig with(Parts other) {
    return new TrainingConfig(windows, schedule, optimizer, other, ridge, history);
  }
}
