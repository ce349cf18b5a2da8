package io.tidecast.job.config;

import static io.tidecast.job.config.Invalid.orElse;
import static io.tidecast.job.config.Invalid.required;
import static io.tidecast.job.config.Invalid.unless;

import io.tidecast.job.state.Aggregation;
import io.tidecast.model.Calendar;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Limits;
import io.tidecast.model.Transform;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which series there are: one per stream and target variable.
 *
 * @param step spacing of the grid; required
 * @param season length of the main season, a multiple of the step; the step itself if there is none
 *     (default)
 * @param longSeason length of the longer season; PT0S if there is none (default)
 * @param targets variables to forecast; at least one
 * @param covariates variables that the model reads beside the target (default none)
 * @param variables limits of variables, by name: a value outside is masked, a forecast stays inside
 * @param transform {@code level} (default), {@code difference} or {@code log-return}
 * @param aggregation {@code last} (default), {@code mean} or {@code sum} of what a step holds
 * @param history steps of raw values kept per series (default 336)
 * @param calendar what the recurrent member is told of the local calendar, any of {@code
 *     hour-of-day}, {@code day-of-week}, {@code day-of-year} (default nothing)
 * @param zone IANA zone of that calendar (default UTC)
 */
public record SeriesConfig(
    Duration step,
    Duration season,
    Duration longSeason,
    List<String> targets,
    List<String> covariates,
    Map<String, Variable> variables,
    Transform transform,
    Aggregation aggregation,
    Integer history,
    List<Calendar.Feature> calendar,
    String zone) {

  /**
   * Limits of a variable.
   *
   * @param minimum lowest value that can be true (default: none)
   * @param maximum highest value that can be true (default: none)
   * @param unit as shown to people (default: none)
   * @param group model group of its series (default: the variable's own name)
   */
  public record Variable(Double minimum, Double maximum, String unit, String group) {
    static final Variable ANY = new Variable(null, null, null, null);

    public Variable {
      minimum = orElse(minimum, Double.NEGATIVE_INFINITY);
      maximum = orElse(maximum, Double.POSITIVE_INFINITY);
      unit = orElse(unit, "");
      unless(
          minimum < maximum,
          "series.variables",
          minimum + " to " + maximum,
          "a minimum below the maximum");
    }

    public Limits limits() {
      return new Limits(minimum, maximum);
    }
  }

  public SeriesConfig {
    required(step, "series.step", "a duration, such as PT1H");
    unless(step.toMillis() > 1, "series.step", step, "2 milliseconds or more");
    season = orElse(season, step);
    longSeason = orElse(longSeason, Duration.ZERO);
    targets = List.copyOf(required(targets, "series.targets", "a list of variables"));
    unless(!targets.isEmpty(), "series.targets", targets, "at least one variable");
    covariates = List.copyOf(orElse(covariates, List.of()));
    variables = new TreeMap<>(orElse(variables, Map.of()));
    transform = orElse(transform, Transform.LEVEL);
    aggregation = orElse(aggregation, Aggregation.LAST);
    history = orElse(history, ForecasterConfig.DEFAULT_HISTORY);
    calendar = List.copyOf(orElse(calendar, List.of()));
    zone = Calendar.zone(orElse(zone, "UTC")).getId();
    inSteps("series.season", season, step);
    inSteps("series.longSeason", longSeason, step);
  }

  private static int inSteps(String key, Duration duration, Duration step) {
    unless(
        duration.toMillis() % step.toMillis() == 0,
        key,
        duration,
        "a multiple of series.step, " + step);
    return (int) (duration.toMillis() / step.toMillis());
  }

  public int seasonSteps() {
    return inSteps("series.season", season, step);
  }

  public int longSeasonSteps() {
    return inSteps("series.longSeason", longSeason, step);
  }

  SeriesConfig withoutCovariates() {
    return new SeriesConfig(
        step,
        season,
        longSeason,
        targets,
        List.of(),
        variables,
        transform,
        aggregation,
        history,
        calendar,
        zone);
  }

  public Calendar localCalendar() {
    return new Calendar(Calendar.zone(zone), calendar);
  }

  /** Limits of a variable; none if it has no entry. */
  public Variable variable(String name) {
    return variables.getOrDefault(name, Variable.ANY);
  }

  /** Model group of the series of a target. */
  public String group(String target) {
    return orElse(variable(target).group(), target);
  }
}
