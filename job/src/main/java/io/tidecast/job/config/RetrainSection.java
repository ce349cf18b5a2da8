package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;
import static java.util.Objects.requireNonNullElse;

import java.time.Duration;

/**
 * When and on what groups are retrained.
 *
 * @param epoch spacing of the boundaries at which retraining is decided, event time (default 168
 *     steps, but no less than PT1H and no more than P28D, or the step if that is longer)
 * @param lead from a boundary to the first origin its decision holds for (default a sixtieth of the
 *     epoch)
 * @param every at least this long between two trainings of a group (default the epoch)
 * @param newWindows so many windows since the last training are enough for another (default 0, for
 *     never)
 * @param drift whether a group is trained when its model has come to do worse (default true)
 * @param cooldown no training that was not asked for so long after one for drift that did not win,
 *     or after a model was given up (default two epochs)
 * @param minimumHistory no training before a group has this many steps in its windows (default 672,
 *     or ten years of them if that is less, but not below 110)
 * @param window steps per training window (default 24)
 * @param history windows older than this are dropped; no less than a window and the leads after it,
 *     or nothing could ever be learnt (default P365D, or the epoch, 1,344 steps, twice {@code
 *     minimumHistory}, or a window and the leads, whichever is longest)
 * @param maxSteps a training reads at most this many steps, of more a sample (default 2,000,000)
 * @param sample share of series that are trained on, (0, 1] (default 1)
 * @param margin share of the champion's loss that a challenger must gain beyond noise, [0, 1)
 *     (default 0.005)
 * @param shadow whether challengers are scored and none is promoted once a model serves (default
 *     false)
 * @param watch epochs after a promotion in which the version before can come back as if it had
 *     never been left (default 2; 0 for none)
 * @param seed of every random choice (default 1)
 * @param timeLimit a training that takes longer is given up (default PT1H)
 * @param trainingShare of a process' processors that train at the same time, (0, 1] (default 0.5)
 */
public record RetrainSection(
    Duration epoch,
    Duration lead,
    Duration every,
    Integer newWindows,
    Boolean drift,
    Duration cooldown,
    Integer minimumHistory,
    Integer window,
    Duration history,
    Long maxSteps,
    Double sample,
    Double margin,
    Boolean shadow,
    Integer watch,
    Long seed,
    Duration timeLimit,
    Double trainingShare) {
  private static final int MINIMUM_HISTORY = 672;
  private static final int LEAST_HISTORY = 110;

  static final RetrainSection DEFAULT =
      new RetrainSection(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          null, null);

  public RetrainSection {
    newWindows = requireNonNullElse(newWindows, 0);
    drift = requireNonNullElse(drift, true);
    shadow = requireNonNullElse(shadow, false);
    window = requireNonNullElse(window, 24);
    sample = requireNonNullElse(sample, 1.0);
    margin = requireNonNullElse(margin, 0.005);
    watch = requireNonNullElse(watch, 2);
    maxSteps = requireNonNullElse(maxSteps, 2_000_000L);
    seed = requireNonNullElse(seed, 1L);
    timeLimit = requireNonNullElse(timeLimit, Duration.ofHours(1));
    trainingShare = requireNonNullElse(trainingShare, 0.5);
    that(
        epoch == null || !epoch.isNegative() && !epoch.isZero(),
        "epoch",
        epoch,
        "a positive duration");
    that(every == null || !every.isNegative(), "every", every, "PT0S or longer");
    that(newWindows >= 0, "newWindows", newWindows, "0 or more");
    that(cooldown == null || !cooldown.isNegative(), "cooldown", cooldown, "PT0S or longer");
    that(
        minimumHistory == null || minimumHistory >= 1,
        "minimumHistory",
        minimumHistory,
        "1 or more steps");
    that(window >= 1, "window", window, "1 or more steps");
    that(sample > 0 && sample <= 1, "sample", sample, "above 0, at most 1");
    that(!timeLimit.isNegative() && !timeLimit.isZero(), "timeLimit", timeLimit, "above PT0S");
    that(
        trainingShare > 0 && trainingShare <= 1,
        "trainingShare",
        trainingShare,
        "above 0, at most 1");
    that(watch >= 0 && watch <= 100, "watch", watch, "0 to 100 epochs");
    that(margin >= 0 && margin < 1, "margin", margin, "0 to below 1");
  }

  /** The same with the defaults that follow the step, the horizon, and each other. */
  RetrainSection on(Duration step, int horizon) {
    Duration boundaries = requireNonNullElse(epoch, longer(weekOfHours(step), step));
    Duration from = requireNonNullElse(lead, boundaries.dividedBy(60));
    int asked = requireNonNullElse(minimumHistory, tenYears(step));
    that(
        maxSteps >= asked,
        "maxSteps",
        maxSteps,
        "retrain.minimumHistory, " + asked + ", or more steps");
    long learnt = (long) window + horizon;
    long steps = Math.max(2L * Math.max(asked, MINIMUM_HISTORY), learnt);
    Duration least = longer(Duration.ofDays(365), step.multipliedBy(steps));
    Duration kept = requireNonNullElse(history, longer(least, boundaries));
    that(
        !from.isNegative() && from.compareTo(boundaries) < 0,
        "retrain.lead",
        from,
        "from PT0S to below retrain.epoch, " + boundaries);
    that(
        kept.compareTo(boundaries) >= 0,
        "retrain.history",
        kept,
        "retrain.epoch, " + boundaries + ", or more");
    that(
        kept.dividedBy(step) >= learnt,
        "retrain.history",
        kept,
        "retrain.window and forecast.horizon, " + learnt + " times series.step, or more");
    return new RetrainSection(
        boundaries,
        from,
        requireNonNullElse(every, boundaries),
        newWindows,
        drift,
        requireNonNullElse(cooldown, boundaries.multipliedBy(2)),
        asked,
        window,
        kept,
        maxSteps,
        sample,
        margin,
        shadow,
        watch,
        seed,
        timeLimit,
        trainingShare);
  }

  /** Nobody has 672 months; on much less than 110 the naive forecasts do better alone. */
  private static int tenYears(Duration step) {
    long steps = Duration.ofDays(10 * 365).dividedBy(step);
    return (int) Math.max(LEAST_HISTORY, Math.min(MINIMUM_HISTORY, steps));
  }

  /** What a week is for hours: enough new steps to judge by, seldom enough to train. */
  private static Duration weekOfHours(Duration step) {
    Duration steps = step.multipliedBy(168);
    Duration atMost = Duration.ofDays(28);
    return longer(Duration.ofHours(1), steps.compareTo(atMost) < 0 ? steps : atMost);
  }

  /** How long a series can come back from a swap as if there had been none. */
  public Duration swapKept() {
    return watch == 0 ? Duration.ZERO : epoch.multipliedBy(watch + 1L).plus(lead.multipliedBy(2));
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
