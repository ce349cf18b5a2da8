package io.tidecast.model;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the local calendar tells about the steps to be forecast, known however far ahead.
 *
 * <p>Each feature is a phase in local time, given as its sine and cosine: for the step of each lead
 * to its forecast; for that of the first and, if there is more than one, of the last lead to the
 * recurrent cell. By the second a forecast made before a change of the clocks knows of it.
 *
 * @param zone IANA zone of the series, daylight saving time included
 * @param features distinct, in the order of {@link Feature}; none by default
 * @param holidays in that zone; none by default
 */
public record Calendar(ZoneId zone, List<Feature> features, Holidays holidays)
    implements Serializable {
  public static final Calendar NONE = new Calendar(ZoneOffset.UTC, List.of());

  private static final double SECONDS_PER_DAY = 86_400;
  private static final double DAYS_PER_YEAR = 365.25;

  /** A phase of the local calendar. */
  public enum Feature {
    /** By the clock on the wall: on the day of a change an hour is left out or comes twice. */
    HOUR_OF_DAY("hour-of-day") {
      @Override
      double phase(LocalDateTime local) {
        return local.toLocalTime().toSecondOfDay() / SECONDS_PER_DAY;
      }
    },
    /** The same all day long, from midnight to midnight. */
    DAY_OF_WEEK("day-of-week") {
      @Override
      double phase(LocalDateTime local) {
        return local.getDayOfWeek().ordinal() / 7.0;
      }
    },
    DAY_OF_YEAR("day-of-year") {
      @Override
      double phase(LocalDateTime local) {
        return (local.getDayOfYear() - 1) / DAYS_PER_YEAR;
      }
    };

    private final String label;

    Feature(String label) {
      this.label = label;
    }

    abstract double phase(LocalDateTime local);

    @Override
    public String toString() {
      return label;
    }
  }

  public Calendar {
    features = features.stream().distinct().sorted().toList();
    if (features.isEmpty() && holidays.isEmpty()) {
      zone = ZoneOffset.UTC;
    }
  }

  public Calendar(ZoneId zone, List<Feature> features) {
    this(zone, features, Holidays.NONE);
  }

  /** Without what may change in the course of time: the dates of holidays. */
  Calendar shape() {
    return new Calendar(zone, features, holidays.shape());
  }

  /** Why a model that was told of another calendar is not served by this one; may be empty. */
  String hindrance(Calendar trained) {
    boolean readsNone = trained.features.isEmpty() && trained.holidays.isEmpty();
    return Stream.of(
            ForecasterConfig.unless(
                readsNone || zone.equals(trained.zone), "zone", trained.zone, zone),
            ForecasterConfig.unless(
                features.containsAll(trained.features),
                "calendar",
                trained.features,
                "some of " + features),
            ForecasterConfig.unless(
                trained.holidays.isEmpty() || !holidays.isEmpty(),
                "holidays",
                trained.holidays,
                "none"))
        .filter(reason -> !reason.isEmpty())
        .findFirst()
        .orElse("");
  }

  /**
   * @throws IllegalArgumentException if there is no such zone
   */
  public static ZoneId zone(String id) {
    try {
      return ZoneId.of(id);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "zone: " + id + "; accepted: an IANA zone, such as Europe/Berlin", e);
    }
  }

  /** Number of inputs of the recurrent cell. */
  public int size(int horizon) {
    return 2 * features.size() * (horizon > 1 ? 2 : 1);
  }

  /**
   * The inputs of the forecast from step {@code origin}, to {@code inputs} from {@code at} on.
   *
   * @param origin number of the step on the grid: it ends at {@code grid.end(origin)}
   */
  public void fill(Grid grid, long origin, int horizon, float[] inputs, int at) {
    if (features.isEmpty()) {
      return;
    }
    int next = fill(grid, origin + 1, inputs, at);
    if (horizon > 1) {
      fill(grid, origin + horizon, inputs, next);
    }
  }

  /**
   * The features of step {@code index}, to {@code inputs} from {@code at} on; returns their end.
   */
  public int fill(Grid grid, long index, float[] inputs, int at) {
    // what a step covers lies before its end: at midnight, in the day that ends there
    Instant covered = Instant.ofEpochMilli(grid.end(index)).minusNanos(1);
    LocalDateTime local = LocalDateTime.ofInstant(covered, zone);
    int i = at;
    for (Feature feature : features) {
      double angle = 2 * Math.PI * feature.phase(local);
      inputs[i++] = (float) Math.sin(angle);
      inputs[i++] = (float) Math.cos(angle);
    }
    return i;
  }
}
