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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Bars of made-up symbols: a random walk of the log price whose volatility is itself a process
 * (Taylor 1986), with a part that all symbols share. Variables: {@code open}, {@code high}, {@code
 * low}, {@code close} and {@code volume}; the time of a bar is its end. The direction of the price
 * cannot be forecast, and an honest forecaster says so; its spread can.
 *
 * <p>Every row follows from the settings, on every Java version; see {@link GeneratedWeatherFeed}.
 *
 * @param symbols 1 to 100000, named {@code SYM0001} and so on; default 3
 * @param step length of a bar; default PT1M
 * @param cycle steps of a day, over which the volatility rises and falls, 4 to 100000; default 1440
 * @param start event time of the first bars; absent: {@code backfill} steps before now, see {@link
 *     Feed#anchored}
 * @param backfill steps of the past, if there is no start, 0 to 10000000; default 0
 * @param steps of each symbol in all; 0 (default) for no end
 * @param seed default 1
 * @param volatility standard deviation of the log return of a bar, on average, 1e-6 to 0.1; default
 *     0.001
 * @param damaged probability that a record is damaged on the way, 0 to 0.5; default 0
 */
@JsonTypeName("generated-market")
public record GeneratedMarketFeed(
    Integer symbols,
    Duration step,
    Integer cycle,
    Instant start,
    Integer backfill,
    Long steps,
    Long seed,
    Double volatility,
    Double damaged)
    implements Feed {
  /** Moves within a bar, from which its high and low come. */
  private static final int MOVES = 8;

  /** Standard deviation of the log volatility, and the share of the variance all symbols share. */
  private static final double LOG_VOLATILITY_DEVIATION = 0.5;

  private static final double SHARED_VARIANCE = 0.3;

  public GeneratedMarketFeed {
    symbols = orElse(symbols, 3);
    step = orElse(step, Duration.ofMinutes(1));
    cycle = orElse(cycle, 1440);
    backfill = orElse(backfill, 0);
    steps = orElse(steps, 0L);
    seed = orElse(seed, 1L);
    volatility = orElse(volatility, 0.001);
    damaged = orElse(damaged, 0.0);
    inRange("feed.symbols", symbols, 1, 100_000);
    positive("feed.step", step);
    inRange("feed.cycle", cycle, 4, 100_000);
    inRange("feed.backfill", backfill, 0, 10_000_000);
    inRange("feed.steps", steps, 0, 1e12);
    inRange("feed.volatility", volatility, 1e-6, 0.1);
    inRange("feed.damaged", damaged, 0, 0.5);
  }

  @Override
  public Feed anchored(Instant now) {
    return start != null
        ? this
        : new GeneratedMarketFeed(
            symbols,
            step,
            cycle,
            Generation.startBefore(now, step, backfill),
            backfill,
            steps,
            seed,
            volatility,
            damaged);
  }

  @Override
  public Iterator<FeedRow> rows() {
    Market market = new Market();
    List<Symbol> all = new ArrayList<>();
    for (int i = 0; i < symbols; i++) {
      all.add(new Symbol(market, i));
    }
    return new Generation(start, step, steps, market::step, all);
  }

  /** What the symbols share: the moves of the market within one bar, of unit variance. */
  private final class Market {
    private final Random random = new Random(Generation.mixed(seed, -1));
    private final double[] moves = new double[MOVES];

    private void step() {
      for (int i = 0; i < MOVES; i++) {
        moves[i] = random.nextGaussian();
      }
    }
  }

  private final class Symbol implements Generation.Stream {
    private final Market market;
    private final String name;
    private final Random random;
    private double logPrice;
    private double logVolatility;

    private Symbol(Market market, int number) {
      this.market = market;
      this.name = String.format(Locale.ROOT, "SYM%04d", number + 1);
      this.random = new Random(Generation.mixed(seed, number));
      this.logPrice = StrictMath.log(50 + 150 * random.nextDouble());
    }

    @Override
    public FeedRow next(long index, Instant time) {
      logVolatility = Generation.autoregressive(logVolatility, cycle / 4.0, random);
      double deviation = deviation(index);
      double open = logPrice;
      double high = open;
      double low = open;
      for (int i = 0; i < MOVES; i++) {
        logPrice += deviation / StrictMath.sqrt(MOVES) * move(i);
        high = Math.max(high, logPrice);
        low = Math.min(low, logPrice);
      }
      Map<String, Double> values = new LinkedHashMap<>();
      values.put("open", price(open));
      values.put("high", price(high));
      values.put("low", price(low));
      values.put("close", price(logPrice));
      values.put("volume", volume(deviation));
      return Generation.row(new ObservationRecord(name, time, values), damaged, random);
    }

    /** Of the log return of this bar: slow process, daily rise and fall; mean square about one. */
    private double deviation(long index) {
      double day = 0.3 * StrictMath.cos(2 * Math.PI * (index % cycle) / cycle);
      double slow =
          LOG_VOLATILITY_DEVIATION * logVolatility
              - LOG_VOLATILITY_DEVIATION * LOG_VOLATILITY_DEVIATION;
      return volatility * StrictMath.exp(slow) * (1 + day);
    }

    private double move(int i) {
      return StrictMath.sqrt(SHARED_VARIANCE) * market.moves[i]
          + StrictMath.sqrt(1 - SHARED_VARIANCE) * random.nextGaussian();
    }

    private double price(double logarithm) {
      return Generation.rounded(StrictMath.exp(logarithm), 4);
    }

    private double volume(double deviation) {
      double surprise = StrictMath.exp(0.4 * random.nextGaussian());
      return Generation.rounded(1000 * deviation / volatility * surprise, 0);
    }
  }
}
