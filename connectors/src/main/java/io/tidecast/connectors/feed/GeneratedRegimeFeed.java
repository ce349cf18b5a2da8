package io.tidecast.connectors.feed;

import static io.tidecast.connectors.record.Require.inRange;
import static io.tidecast.connectors.record.Require.orElse;
import static io.tidecast.connectors.record.Require.positive;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.tidecast.connectors.record.ObservationRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Loads of made-up pumps of which the regime changes for good in mid-stream: level, length and
 * shape of the cycle are others afterwards. Before that, for a while, the sensors are corrupted:
 * one is stuck, one reads zeros, one is thrown far off now and then. One variable, {@code load}.
 *
 * <p>Every row follows from the settings, on every Java version.
 *
 * @param pumps 1 to 10000, named {@code pump-1} and so on; default 3
 * @param step spacing of the observations; default PT1M
 * @param cycle steps of a cycle before the change, 4 to 10000; default 24
 * @param cycleAfter steps of a cycle after it; default 15
 * @param start event time of the first observations; absent: {@code backfill} steps before now
 * @param backfill steps of the past, if there is no start, 0 to 10000000; default 0
 * @param steps of each pump in all; 0 (default) for no end
 * @param corruptedFrom first corrupted step; default none
 * @param corruptedSteps how many; default 0
 * @param changeAt first step of the other regime; default none
 * @param seed default 1
 */
@JsonTypeName("generated-regimes")
public record GeneratedRegimeFeed(
    Integer pumps,
    Duration step,
    Integer cycle,
    Integer cycleAfter,
    Instant start,
    Integer backfill,
    Long steps,
    Long corruptedFrom,
    Long corruptedSteps,
    Long changeAt,
    Long seed)
    implements Feed {
  private static final int SPIKE_EVERY = 17;
  private static final double SPIKE = 9_999;

  public GeneratedRegimeFeed {
    pumps = orElse(pumps, 3);
    step = orElse(step, Duration.ofMinutes(1));
    cycle = orElse(cycle, 24);
    cycleAfter = orElse(cycleAfter, 15);
    backfill = orElse(backfill, 0);
    steps = orElse(steps, 0L);
    corruptedFrom = orElse(corruptedFrom, Long.MAX_VALUE / 2);
    corruptedSteps = orElse(corruptedSteps, 0L);
    changeAt = orElse(changeAt, Long.MAX_VALUE / 2);
    seed = orElse(seed, 1L);
    inRange("feed.pumps", pumps, 1, 10_000);
    positive("feed.step", step);
    inRange("feed.cycle", cycle, 4, 10_000);
    inRange("feed.cycleAfter", cycleAfter, 4, 10_000);
    inRange("feed.backfill", backfill, 0, 10_000_000);
    inRange("feed.steps", steps, 0, 1e12);
    inRange("feed.corruptedSteps", corruptedSteps, 0, 1e12);
  }

  @Override
  public Feed anchored(Instant now) {
    return start != null
        ? this
        : new GeneratedRegimeFeed(
            pumps,
            step,
            cycle,
            cycleAfter,
            Generation.startBefore(now, step, backfill),
            backfill,
            steps,
            corruptedFrom,
            corruptedSteps,
            changeAt,
            seed);
  }

  @Override
  public Iterator<FeedRow> rows() {
    List<Pump> all = new ArrayList<>();
    for (int i = 0; i < pumps; i++) {
      all.add(new Pump(i));
    }
    return new Generation(start, step, steps, () -> {}, all);
  }

  private final class Pump implements Generation.Stream {
    private final int number;
    private final Random random;
    private double disturbance;
    private double stuckAt;

    private Pump(int number) {
      this.number = number;
      random = new Random(Generation.mixed(seed, number));
    }

    @Override
    public FeedRow next(long index, Instant time) {
      disturbance = Generation.autoregressive(disturbance, 6, random);
      double value = Generation.rounded(load(index) + disturbance, 3);
      boolean corrupted = index >= corruptedFrom && index < corruptedFrom + corruptedSteps;
      stuckAt = corrupted ? stuckAt : value;
      double seen = corrupted ? corrupted(index, value) : value;
      return new FeedRow(
          new ObservationRecord("pump-" + (number + 1), time, Map.of("load", seen)), false);
    }

    private double load(long index) {
      return index < changeAt
          ? 50 + number + 8 * StrictMath.sin(2 * StrictMath.PI * index / cycle)
          : 75 + number + 12 * triangle((double) index / cycleAfter);
    }

    private static double triangle(double cycles) {
      double phase = cycles - StrictMath.floor(cycles);
      return 4 * StrictMath.abs(phase - 0.5) - 1;
    }

    private double corrupted(long index, double value) {
      return switch (number % 3) {
        case 0 -> stuckAt;
        case 1 -> 0;
        default -> index % SPIKE_EVERY == 0 ? SPIKE : value;
      };
    }
  }
}
