package io.tidecast.job.state;

import io.tidecast.connectors.record.SeriesKey;
import io.tidecast.model.ClosedStep;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variables that the configuration has forecast, and what goes with the series of each.
 *
 * <p>What lies in state, or was under way, when the job was stopped may be of a configuration
 * before: of a group that has another name now, with other covariates, of a variable that is not
 * forecast any more. It is brought to what holds now where it is used.
 *
 * @param byName by variable
 * @param streams those that have models of their own
 */
public record Targets(Map<String, Target> byName, Streams streams) implements Serializable {
  /**
   * What goes with the series of a variable.
   *
   * @param group model group
   * @param covariates in the order in which their values stand
   */
  public record Target(String group, List<String> covariates) implements Serializable {
    private Target of(String stream, Streams streams) {
      return new Target(streams.group(group, stream), covariates);
    }

    /** Tells values that mean the same from others. */
    public int shape() {
      return covariates.hashCode();
    }
  }

  /**
   * Streams that have models of their own: those of a list, or whose names begin alike. A list
   * comes before prefixes, a longer prefix before a shorter one.
   *
   * @param byStream name of the group, by stream
   * @param byPrefix name of the group, by prefix
   */
  public record Streams(Map<String, String> byStream, Map<String, String> byPrefix)
      implements Serializable {
    public static final Streams NONE = new Streams(Map.of(), Map.of());

    public Streams {
      byStream = Map.copyOf(byStream);
      byPrefix = Map.copyOf(byPrefix);
    }

    /**
     * Model group of a series.
     *
     * @param ofVariable that of its variable
     */
    public String group(String ofVariable, String stream) {
      if (isEmpty()) {
        return ofVariable;
      }
      String listed = byStream.get(stream);
      String name = listed == null ? longestPrefix(stream) : listed;
      return name.isEmpty() ? ofVariable : named(ofVariable, name);
    }

    boolean isEmpty() {
      return byStream.isEmpty() && byPrefix.isEmpty();
    }

    private String longestPrefix(String stream) {
      String found = "";
      int length = -1;
      for (Map.Entry<String, String> entry : byPrefix.entrySet()) {
        if (entry.getKey().length() > length && stream.startsWith(entry.getKey())) {
          found = entry.getValue();
          length = entry.getKey().length();
        }
      }
      return found;
    }

    /** That of a variable's series of the streams of a name. */
    public static String named(String ofVariable, String name) {
      return ofVariable + '.' + name;
    }
  }

  public Targets {
    byName = Map.copyOf(byName);
  }

  /** With one group for all streams of a variable. */
  public Targets(Map<String, Target> byName) {
    this(byName, Streams.NONE);
  }

  /** Of a series; empty if its variable is not forecast. */
  public Optional<Target> of(String series) {
    return Optional.ofNullable(byName.get(SeriesKey.variable(series)))
        .map(target -> streams.isEmpty() ? target : target.of(SeriesKey.stream(series), streams));
  }

  /**
   * A step as it would have been under this configuration: other covariates than those it has count
   * as missing. Empty if the series is not forecast any more.
   */
  public Optional<SeriesStep> conform(SeriesStep step) {
    return of(step.series()).map(target -> conform(step, target));
  }

  private static SeriesStep conform(SeriesStep step, Target target) {
    int covariates = target.covariates().size();
    if (isOf(covariates, step.step())
        && (step.past().steps().isEmpty()
            || step.past().steps().stream().allMatch(past -> isOf(covariates, past)))
        && step.group().equals(target.group())) {
      return step;
    }
    return step.with(
        target.group(),
        conform(step.step(), covariates),
        new SeriesStep.Amendment(
            step.past().amended(),
            step.past().steps().stream().map(past -> conform(past, covariates)).toList()));
  }

  private static boolean isOf(int covariates, ClosedStep step) {
    return step.covariates().length == covariates;
  }

  private static ClosedStep conform(ClosedStep step, int covariates) {
    return isOf(covariates, step)
        ? step
        : new ClosedStep(step.index(), step.value(), missing(covariates));
  }

  private static float[] missing(int covariates) {
    float[] values = new float[covariates];
    Arrays.fill(values, Float.NaN);
    return values;
  }
}
