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
 * Weather of made-up stations: a daily cycle damped by clouds, a season, fronts that a falling
 * pressure announces, and noise of each station. Variables: {@code temperature_2m} and {@code
 * dew_point_2m} in degrees Celsius, {@code relative_humidity_2m} in %, {@code pressure_msl} in hPa,
 * {@code wind_speed_10m} and {@code wind_gusts_10m} in m/s, {@code precipitation} in mm per step.
 *
 * <p>Every row follows from the settings, on every Java version: noise comes from {@link Random},
 * whose algorithm is specified, and functions from {@link StrictMath}.
 *
 * @param stations 1 to 100000, named {@code ST0001} and so on; default 3
 * @param step spacing of the observations; default PT10M
 * @param cycle steps of a day, 4 to 100000; default 144. A short step with a short cycle makes days
 *     pass faster
 * @param start event time of the first observations; absent: {@code backfill} steps before now, see
 *     {@link Feed#anchored}
 * @param backfill steps of the past, if there is no start, 0 to 10000000; default 0
 * @param steps of each station in all; 0 (default) for no end
 * @param seed default 1
 * @param missing probability that a value is missing, 0 to 0.5; default 0.002
 * @param damaged probability that a record is damaged on the way, 0 to 0.5; default 0
 */
@JsonTypeName("generated-weather")
public record GeneratedWeatherFeed(
    Integer stations,
    Duration step,
    Integer cycle,
    Instant start,
    Integer backfill,
    Long steps,
    Long seed,
    Double missing,
    Double damaged)
    implements Feed {

  public GeneratedWeatherFeed {
    stations = orElse(stations, 3);
    step = orElse(step, Duration.ofMinutes(10));
    cycle = orElse(cycle, 144);
    backfill = orElse(backfill, 0);
    steps = orElse(steps, 0L);
    seed = orElse(seed, 1L);
    missing = orElse(missing, 0.002);
    damaged = orElse(damaged, 0.0);
    inRange("feed.stations", stations, 1, 100_000);
    positive("feed.step", step);
    inRange("feed.cycle", cycle, 4, 100_000);
    inRange("feed.backfill", backfill, 0, 10_000_000);
    inRange("feed.steps", steps, 0, 1e12);
    inRange("feed.missing", missing, 0, 0.5);
    inRange("feed.damaged", damaged, 0, 0.5);
  }

  @Override
  public Feed anchored(Instant now) {
    return start != null
        ? this
        : new GeneratedWeatherFeed(
            stations,
            step,
            cycle,
            Generation.startBefore(now, step, backfill),
            backfill,
            steps,
            seed,
            missing,
            damaged);
  }

  @Override
  public Iterator<FeedRow> rows() {
    Region region = new Region();
    List<Station> all = new ArrayList<>();
    for (int i = 0; i < stations; i++) {
      all.add(new Station(region, i));
    }
    return new Generation(start, step, steps, region::step, all);
  }

  /** What the stations share: fronts that pass over all of them. */
  private final class Region {
    private final Random random = new Random(Generation.mixed(seed, -1));
    private double pressure;
    private double airMass;

    private void step() {
      pressure = Generation.autoregressive(pressure, 1.5 * cycle, random);
      // the air behind a front arrives about a quarter of a day after the pressure changed
      airMass += (-pressure - airMass) * 4 / cycle;
    }
  }

  private final class Station implements Generation.Stream {
    private final Region region;
    private final String name;
    private final Random random;
    private final double level;
    private final double amplitude;
    private final double phase;
    private double cloudiness;
    private double local;
    private double eastWind;
    private double northWind;

    private Station(Region region, int number) {
      this.region = region;
      this.name = String.format(Locale.ROOT, "ST%04d", number + 1);
      this.random = new Random(Generation.mixed(seed, number));
      this.level = 8 + 10 * random.nextDouble();
      this.amplitude = 4 + 4 * random.nextDouble();
      this.phase = 0.4 * (random.nextDouble() - 0.5);
    }

    @Override
    public FeedRow next(long index, Instant time) {
      cloudiness = Generation.autoregressive(cloudiness, cycle / 4.0, random);
      local = Generation.autoregressive(local, cycle / 8.0, random);
      eastWind = Generation.autoregressive(eastWind, cycle / 4.0, random);
      northWind = Generation.autoregressive(northWind, cycle / 4.0, random);
      Map<String, Double> values = new LinkedHashMap<>();
      observe(index, values);
      return Generation.row(new ObservationRecord(name, time, values), damaged, random);
    }

    private void observe(long index, Map<String, Double> values) {
      double cloud = 1 / (1 + StrictMath.exp(2 * region.pressure - cloudiness));
      double temperature = temperature(index, cloud);
      double dewPoint = temperature - 0.5 - 9 * (1 - cloud) * (1 - cloud);
      double wind =
          (3 + 2 * Math.abs(region.airMass))
              * StrictMath.sqrt(eastWind * eastWind + northWind * northWind);
      put(values, "temperature_2m", temperature);
      put(values, "dew_point_2m", dewPoint);
      put(values, "relative_humidity_2m", 100 * saturation(dewPoint) / saturation(temperature));
      put(values, "pressure_msl", 1013 + 8 * region.pressure + 0.1 * random.nextGaussian());
      put(values, "wind_speed_10m", wind);
      put(values, "wind_gusts_10m", wind * (1.4 + 0.2 * Math.abs(random.nextGaussian())));
      put(values, "precipitation", precipitation(cloud));
    }

    private double temperature(long index, double cloud) {
      double day = 2 * Math.PI * (index % cycle) / cycle + phase;
      double year = 2 * Math.PI * index / (365.0 * cycle);
      return level
          + 8 * StrictMath.sin(year)
          - amplitude * (1 - 0.6 * cloud) * StrictMath.cos(day)
          + 3 * region.airMass
          + 0.6 * local
          + 0.1 * random.nextGaussian();
    }

    private double precipitation(double cloud) {
      double amount = -StrictMath.log(1 - random.nextDouble()) * 24 / cycle;
      return cloud > 0.85 ? amount : 0;
    }

    private void put(Map<String, Double> values, String name, double value) {
      if (random.nextDouble() >= missing) {
        values.put(name, Generation.rounded(value, 2));
      }
    }
  }

  /** Saturation vapour pressure over its value at 0 degrees: Alduchov and Eskridge 1996, eq. 21. */
  private static double saturation(double celsius) {
    return StrictMath.exp(17.625 * celsius / (243.04 + celsius));
  }
}
