package io.tidecast.model;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * How the series of one model group are forecast. A value: part of every model artifact, so that a
 * model never serves under a configuration that its weights do not fit, see {@link #hindrance}.
 *
 * @param grid where steps end
 * @param horizon number of leads, 1 to 2160
 * @param levels quantile levels of every forecast
 * @param season steps of the main season (24 for hourly values with a daily cycle); 1 if there is
 *     none: then the seasonal naive is the last value
 * @param longSeason steps of the longer season (168 for a week of hours); 0 if there is none
 * @param transform what is made of raw values
 * @param limits physical limits of the target
 * @param covariates names of the other variables of the stream that both members read, in the order
 *     of {@link ClosedStep#covariates}
 * @param knownFuture those of the covariates whose values to come are known beforehand, as of each
 *     origin; none by default
 * @param calendar what both members are told of the local calendar; nothing by default
 * @param cell shape of the recurrent member
 * @param history steps of raw values that are kept per series: look-back of the linear highway, and
 *     what a replay reads
 * @param maxGap missing steps in a row that are stepped with a mask; a longer gap rebuilds the
 *     state
 */
public record ForecasterConfig(
    Grid grid,
    int horizon,
    QuantileLevels levels,
    int season,
    int longSeason,
    Transform transform,
    Limits limits,
    List<String> covariates,
    List<String> knownFuture,
    Calendar calendar,
    CellConfig cell,
    int history,
    int maxGap)
    implements Serializable {

  public static final int MAX_HORIZON = 2160;
  public static final int MIN_HISTORY = 8;

  /** Longest season, history and gap. */
  public static final int MAX_STEPS = 100_000;

  public static final int DEFAULT_HISTORY = 336;
  private static final int LONGEST_DEFAULT_HISTORY = 1440;
  public static final int DEFAULT_MAX_GAP = 24;

  public ForecasterConfig {
    covariates = List.copyOf(covariates);
    knownFuture = List.copyOf(knownFuture);
    Checks.that(
        covariates.containsAll(knownFuture), "knownFuture", knownFuture, "some of " + covariates);
    Checks.inRange("horizon", horizon, 1, MAX_HORIZON);
    Checks.inRange("season", season, 1, MAX_STEPS);
    Checks.inRange("longSeason", longSeason, 0, MAX_STEPS);
    Checks.inRange("history", history, MIN_HISTORY, MAX_STEPS);
    Checks.inRange("maxGap", maxGap, 0, MAX_STEPS);
    Checks.that(
        transform != Transform.LOG_RETURN || limits.maximum() > 0,
        "maximum",
        limits.maximum(),
        "above 0 with a transform of log-return");
  }

  /** Number of values beside the target in a step, see {@link ClosedStep}. */
  public int width() {
    return covariates.size() + knownFuture.size() * horizon;
  }

  /** Names of the values beside the target in a step, in order: those to come with their lead. */
  public List<String> columns() {
    List<String> columns = new ArrayList<>(covariates);
    for (String name : knownFuture) {
      for (int lead = 1; lead <= horizon; lead++) {
        columns.add(name + "+" + lead);
      }
    }
    return columns;
  }

  /**
   * What shapes the weights of a model: limits, holidays and what is done about gaps may change,
   * and a model serves on. With any other change it has to be trained anew.
   */
  public ForecasterConfig shapeOfWeights() {
    return toBuilder()
        .grid(grid.shape())
        .limits(Limits.NONE)
        .calendar(calendar.shape())
        .maxGap(0)
        .build();
  }

  /** Whether what was trained for the other has weights of the same shape and meaning. */
  public boolean sharesWeightsWith(ForecasterConfig other) {
    return shapeOfWeights().equals(other.shapeOfWeights());
  }

  /**
   * Why a model does not serve under this configuration; empty if it does. Its cell may be any. It
   * may look further ahead: what it says of later leads is left out. It may read fewer of the
   * covariates, less of the calendar, and less of the history.
   *
   * @param trained what the model was trained for
   */
  public Optional<String> hindrance(ForecasterConfig trained) {
    return Stream.of(
            unless(grid.shape().equals(trained.grid.shape()), "step", trained.grid, grid),
            unless(levels.equals(trained.levels), "levels", trained.levels, levels),
            unless(transform == trained.transform, "transform", trained.transform, transform),
            unless(season == trained.season, "season", trained.season, season),
            unless(longSeason == trained.longSeason, "longSeason", trained.longSeason, longSeason),
            unless(horizon <= trained.horizon, "horizon", trained.horizon, horizon + " or more"),
            unless(history >= trained.history, "history", trained.history, "at most " + history),
            unless(
                covariates.containsAll(trained.covariates),
                "covariates",
                trained.covariates,
                "some of " + covariates),
            unless(
                knownFuture.containsAll(trained.knownFuture),
                "knownFuture",
                trained.knownFuture,
                "some of " + knownFuture),
            calendar.hindrance(trained.calendar),
            // what the cell is told of the last lead is told of another
            unless(
                horizon == trained.horizon || trained.calendar.features().isEmpty(),
                "horizon",
                trained.horizon,
                horizon + ", as it reads the calendar"))
        .filter(reason -> !reason.isEmpty())
        .findFirst();
  }

  static String unless(boolean serves, String name, Object trained, Object accepted) {
    return serves ? "" : name + ": " + trained + "; accepted: " + accepted;
  }

  /** Whether a model that was trained for another configuration serves under this one. */
  public boolean canServe(ForecasterConfig trained) {
    return hindrance(trained).isEmpty();
  }

  /**
   * What shapes the state of a series, as a number: step, horizon, levels, seasons, transform,
   * covariates and history. With any other change a state goes on as it is; with one of these it is
   * rebuilt from the rows it keeps. Those of another step, or of other covariates, are of no use.
   */
  public int shapeOfState() {
    return hash(shapeOfState(""));
  }

  /** The same as states up to format 6 have it, of which the cell was part. */
  public int shapeOfStateWithCell() {
    return hash(shapeOfState(cell.kind() + "" + cell.layers() + " " + cell.hidden() + " "));
  }

  private String shapeOfState(String ofCell) {
    return shapeOfRows()
        + ""
        + horizon
        + levels
        + " "
        + season
        + " "
        + longSeason
        + transform.formerLabel()
        + ofCell
        + history;
  }

  /** What the kept rows of a series mean, as a number. */
  public int shapeOfRows() {
    return hash(grid.shape() + String.join("\n", covariates));
  }

  private static int hash(String text) {
    CRC32 crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  /**
   * Steps of history where none are given: of a long season it holds two, and a main season more,
   * so that the maps read what a target of a main season ahead was in both; within limits.
   */
  public static int defaultHistory(int season, int longSeason) {
    int both = 2 * longSeason;
    return both <= DEFAULT_HISTORY || both > LONGEST_DEFAULT_HISTORY
        ? DEFAULT_HISTORY
        : Math.min(LONGEST_DEFAULT_HISTORY, both + season);
  }

  /** Defaults for everything but a grid of one step, horizon and seasons. */
  public static ForecasterConfig of(Duration step, int horizon, int season, int longSeason) {
    return new ForecasterConfig(
        Grid.of(step),
        horizon,
        QuantileLevels.DEFAULT,
        season,
        longSeason,
        Transform.LEVEL,
        Limits.NONE,
        List.of(),
        List.of(),
        Calendar.NONE,
        CellConfig.DEFAULT,
        DEFAULT_HISTORY,
        DEFAULT_MAX_GAP);
  }

  /** To make another configuration of this one. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Another configuration: what is not given is as in the one it is made of. */
  public static final class Builder {
    private final ForecasterConfig from;
    private Grid grid;
    private QuantileLevels levels;
    private int season;
    private Transform transform;
    private Limits limits;
    private List<String> covariates;
    private List<String> knownFuture;
    private Calendar calendar;
    private CellConfig cell;
    private int history;
    private int maxGap;

    private Builder(ForecasterConfig from) {
      this.from = from;
      grid = from.grid;
      levels = from.levels;
      season = from.season;
      transform = from.transform;
      limits = from.limits;
      covariates = from.covariates;
      knownFuture = from.knownFuture;
      calendar = from.calendar;
      cell = from.cell;
      history = from.history;
      maxGap = from.maxGap;
    }

    public Builder grid(Grid other) {
      grid = other;
      return this;
    }

    public Builder levels(QuantileLevels other) {
      levels = other;
      return this;
    }

    public Builder season(int other) {
      season = other;
      return this;
    }

    public Builder transform(Transform other) {
      transform = other;
      return this;
    }

    public Builder limits(Limits other) {
      limits = other;
      return this;
    }

    public Builder covariates(List<String> other) {
      covariates = other;
      return this;
    }

    public Builder knownFuture(List<String> other) {
      knownFuture = other;
      return this;
    }

    public Builder calendar(Calendar other) {
      calendar = other;
      return this;
    }

    public Builder cell(CellConfig other) {
      cell = other;
      return this;
    }

    public Builder history(int other) {
      history = other;
      return this;
    }

    public Builder maxGap(int other) {
      maxGap = other;
      return this;
    }

    public ForecasterConfig build() {
      return new ForecasterConfig(
          grid,
          from.horizon,
          levels,
          season,
          from.longSeason,
          transform,
          limits,
          covariates,
          knownFuture,
          calendar,
          cell,
          history,
          maxGap);
    }
  }
}
