package io.tidecast.job.config;

import static com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL;
import static io.tidecast.model.Checks.inRange;
import static io.tidecast.model.Checks.required;
import static io.tidecast.model.Checks.that;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tidecast.connectors.record.Names;
import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.job.state.Targets;
import io.tidecast.model.Calendar;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.Limits;
import io.tidecast.model.PeriodGrid;
import io.tidecast.model.Transform;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which series there are: one per stream and target variable.
 *
 * @param step spacing of the grid: a duration, or weeks, months or years of the calendar, {@code
 *     P1M}; required
 * @param season length of the main season, a multiple of the step; the step itself if there is none
 *     (default)
 * @param longSeason length of the longer season; PT0S if there is none (default)
 * @param targets variables to forecast; at least one
 * @param covariates variables that the model reads beside the target (default none)
 * @param knownFuture those covariates whose values to come are known beforehand (default none)
 * @param variables limits of variables, by name: a value outside is masked, a forecast stays inside
 * @param groups streams that have models of their own, by a name that their groups end in: names of
 *     streams, or what they begin with before a {@code *} (default none)
 * @param transform {@code level} (default), {@code random-walk} or {@code log-return}
 * @param aggregation {@code last} (default), {@code mean} or {@code sum} of what a step holds
 * @param history steps of raw values kept per series, see {@link ForecasterConfig#defaultHistory}
 * @param calendar what the model is told of the local calendar, any of {@code hour-of-day}, {@code
 *     day-of-week}, {@code day-of-year} (default nothing)
 * @param holidays dates, and ISO codes of countries whose holidays the model is told of (default
 *     none)
 * @param zone IANA zone of that calendar and of holidays, and of weeks, months and sessions
 *     (default UTC)
 * @param anchor with a step of weeks, months or years: a date on which one begins (default a
 *     Monday, or the first of January)
 * @param sessions when it is open, with a step of a day or less; absent: always
 */
public record SeriesSection(
    StepLength step,
    Duration season,
    Duration longSeason,
    List<String> targets,
    List<String> covariates,
    List<String> knownFuture,
    Map<String, Variable> variables,
    Map<String, List<String>> groups,
    Transform transform,
    Aggregation aggregation,
    Integer history,
    List<Calendar.Feature> calendar,
    List<String> holidays,
    String zone,
    @JsonInclude(NON_NULL) String anchor,
    @JsonInclude(NON_NULL) SessionsSection sessions) {
  private static final Duration WEEK = Duration.ofDays(7);

  /** What a variable counts or measures, where looking at its values is not to tell. */
  public enum Kind {
    /** Of any value: a thermometer that reads whole degrees is forecast between them too. */
    CONTINUOUS("continuous", Limits.NONE, Limits.Values.ANY),
    /** Whole numbers from 0 on. */
    COUNT("count", new Limits(0, Double.POSITIVE_INFINITY), Limits.Values.WHOLE),
    /** Mostly nothing, and never less. */
    INTERMITTENT("intermittent", new Limits(0, Double.POSITIVE_INFINITY), Limits.Values.AS_SEEN),
    /** From 0 to 1. */
    SHARE("share", new Limits(0, 1), Limits.Values.ANY);

    private final String label;
    private final Limits limits;
    private final Limits.Values values;

    Kind(String label, Limits limits, Limits.Values values) {
      this.label = label;
      this.limits = limits;
      this.values = values;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  /**
   * Limits of a variable.
   *
   * @param minimum lowest value that can be true (default: that of the kind, or none)
   * @param maximum highest value that can be true (default: the same)
   * @param kind null: whole numbers are found by looking at the values
   * @param unit as shown to people (default: none)
   * @param group model group of its series (default: the variable's own name, with {@code _} for
   *     what a group's name cannot hold)
   */
  public record Variable(Double minimum, Double maximum, Kind kind, String unit, String group) {
    static final Variable ANY = new Variable(null, null, null, null, null);

    public Variable {
      Limits usual = kind == null ? Limits.NONE : kind.limits;
      minimum = requireNonNullElse(minimum, usual.minimum());
      maximum = requireNonNullElse(maximum, usual.maximum());
      unit = requireNonNullElse(unit, "");
      if (group != null) {
        Names.group("group", group);
      }
      new Limits(minimum, maximum); // refuses a minimum that is not below the maximum
    }

    public Limits limits() {
      return new Limits(minimum, maximum, kind == null ? Limits.Values.AS_SEEN : kind.values);
    }
  }

  public SeriesSection {
    required(step, "step", "a duration, such as PT1H");
    that(step.duration().toMillis() > 1, "step", step, "2 milliseconds or more");
    zone = Calendar.zone(requireNonNullElse(zone, "UTC")).getId();
    anchor = anchor(anchor, step);
    Grid grid = grid(step, zone, anchor, sessions);
    season = requireNonNullElse(season, grid.spacing());
    longSeason = requireNonNullElse(longSeason, Duration.ZERO);
    targets = names("targets", required(targets, "targets", "a list of variables"));
    that(!targets.isEmpty(), "targets", targets, "at least one variable");
    covariates = names("covariates", requireNonNullElse(covariates, List.of()));
    knownFuture = names("knownFuture", requireNonNullElse(knownFuture, List.of()));
    for (String name : knownFuture) {
      that(
          covariates.contains(name) && !targets.contains(name),
          "knownFuture",
          name,
          "one of series.covariates that is no target");
    }
    variables = new TreeMap<>(requireNonNullElse(variables, Map.of()));
    onlyOfUse(variables, targets, covariates);
    groups = new TreeMap<>(requireNonNullElse(groups, Map.of()));
    onlyOnce(groups);
    transform = requireNonNullElse(transform, Transform.LEVEL);
    aggregation = requireNonNullElse(aggregation, Aggregation.LAST);
    calendar = List.copyOf(requireNonNullElse(calendar, List.of()));
    holidays =
        requireNonNullElse(holidays, List.<String>of()).stream().distinct().sorted().toList();
    HolidayList.of(holidays); // refuses what names none
    that(
        holidays.isEmpty() || grid.spacing().compareTo(WEEK) < 0,
        "holidays",
        holidays,
        "none with a series.step of a week or more");
    int seasonSteps = inSteps("season", season, step, grid, 1);
    int longSteps = inSteps("longSeason", longSeason, step, grid, 0);
    history = requireNonNullElse(history, ForecasterConfig.defaultHistory(seasonSteps, longSteps));
    inRange("history", history, ForecasterConfig.MIN_HISTORY, ForecasterConfig.MAX_STEPS);
    that(history >= seasonSteps, "history", history, "series.season, " + seasonSteps + ", or more");
    if (transform == Transform.LOG_RETURN) {
      onlyOfPositiveValues(targets, variables);
    }
  }

  private static List<String> names(String key, List<String> names) {
    names.forEach(name -> Names.variable(key, name));
    that(Set.copyOf(names).size() == names.size(), key, names, "each variable once");
    return List.copyOf(names);
  }

  private static void onlyOnce(Map<String, List<String>> groups) {
    Set<String> seen = new HashSet<>();
    groups.forEach(
        (name, streams) -> {
          Names.group("groups", name);
          that(!streams.isEmpty(), "groups", name, "names with streams, or how they begin, as S-*");
          for (String stream : streams) {
            that(seen.add(stream), "groups", stream, "each stream in one group");
          }
        });
  }

  private static void onlyOfUse(
      Map<String, Variable> variables, List<String> targets, List<String> covariates) {
    for (String name : variables.keySet()) {
      that(
          targets.contains(name) || covariates.contains(name),
          "variables." + name,
          "neither target nor covariate",
          "one of " + targets + " or " + covariates);
      that(
          variables.get(name).group() == null || targets.contains(name),
          "variables." + name + ".group",
          variables.get(name).group(),
          "only of one of " + targets);
    }
  }

  /** A mark that the steps of weeks and months are counted from; null where there are none. */
  private static String anchor(String anchor, StepLength step) {
    if (step.unit().isEmpty()) {
      that(anchor == null, "anchor", anchor, "only with a series.step of weeks, months or years");
      return null;
    }
    return anchor == null
        ? PeriodGrid.defaultAnchor(step.unit().get()).toString()
        : SessionsSection.date("anchor", anchor).toString();
  }

  private static Grid grid(StepLength step, String zone, String anchor, SessionsSection sessions) {
    ZoneId of = Calendar.zone(zone);
    if (step.unit().isPresent()) {
      that(sessions == null, "step", step, "a day or less with series.sessions");
      return new PeriodGrid(step.number(), step.unit().get(), LocalDate.parse(anchor), of);
    }
    if (sessions == null) {
      return Grid.of(step.duration());
    }
    boolean isShort = step.duration().compareTo(Duration.ofDays(1)) <= 0;
    that(isShort, "step", step, "a day or less with series.sessions");
    return sessions.grid(step.duration(), of);
  }

  private static int inSteps(
      String key, Duration duration, StepLength step, Grid grid, int atLeast) {
    long steps = grid.stepsIn(duration);
    that(
        grid.holdsWhole(duration),
        key,
        StepLength.text(duration),
        "a multiple of series.step, " + step);
    that(
        steps >= atLeast && steps <= ForecasterConfig.MAX_STEPS,
        key,
        StepLength.text(duration),
        atLeast + " to " + ForecasterConfig.MAX_STEPS + " steps");
    return (int) steps;
  }

  private static void onlyOfPositiveValues(List<String> targets, Map<String, Variable> variables) {
    for (String target : targets) {
      double maximum = variables.getOrDefault(target, Variable.ANY).maximum();
      that(
          maximum > 0,
          "variables." + target + ".maximum",
          maximum,
          "above 0 with a transform of log-return");
    }
  }

  public int seasonSteps() {
    return (int) grid().stepsIn(season);
  }

  public int longSeasonSteps() {
    return (int) grid().stepsIn(longSeason);
  }

  /** Where the steps of all series end. */
  public Grid grid() {
    return grid(step, zone, anchor, sessions);
  }

  public Calendar localCalendar() {
    return new Calendar(Calendar.zone(zone), calendar, HolidayList.of(holidays));
  }

  /** Limits of a variable; none if it has no entry. */
  public Variable variable(String name) {
    return variables.getOrDefault(name, Variable.ANY);
  }

  /** Model group of the series of a target, but for those of streams with models of their own. */
  public String group(String target) {
    return requireNonNullElse(variable(target).group(), Names.toGroup(target));
  }

  /** All model groups of the series of a target. */
  public List<String> groupsOf(String target) {
    String own = group(target);
    return Stream.concat(
            Stream.of(own), groups.keySet().stream().map(name -> Targets.Streams.named(own, name)))
        .toList();
  }

  /** Which streams have models of their own. */
  public Targets.Streams streamGroups() {
    Map<String, String> byStream = new TreeMap<>();
    Map<String, String> byPrefix = new TreeMap<>();
    groups.forEach(
        (name, streams) -> {
          for (String stream : streams) {
            int last = stream.length() - 1;
            if (stream.endsWith("*")) {
              byPrefix.put(stream.substring(0, last), name);
            } else {
              byStream.put(stream, name);
            }
          }
        });
    return new Targets.Streams(byStream, byPrefix);
  }
}
