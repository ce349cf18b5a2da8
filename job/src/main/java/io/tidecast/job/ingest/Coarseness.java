package io.tidecast.job.ingest;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.SeriesKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Covariates whose changes single precision, in which they are kept, does not tell: a counter that
 * stands at 1e10 moves by steps of 1,024. A change counts as lost if it is below {@value #SPACINGS}
 * times what two neighbouring numbers differ by. Of a target nothing is lost.
 */
public final class Coarseness {
  private static final int SPACINGS = 8;
  private static final int SHARE = 10;

  /** Of a stream: so many changes are looked at before a series is named. */
  private static final int ENOUGH = 50;

  /** Of a stream: so many series are looked at, for so many changes each. */
  private static final int MAX_SERIES = 10_000;

  private static final int MAX_CHANGES = 5_000;

  private final Set<String> covariates;
  private final Map<String, Values> series = new HashMap<>();

  Coarseness(IngestConfig config) {
    this(config.covariates().values().stream().flatMap(List::stream).collect(Collectors.toSet()));
  }

  Coarseness(Set<String> covariates) {
    this.covariates = covariates;
  }

  /** In one line each, with stream and variable; empty if single precision is enough. */
  public static List<String> of(List<ObservationRecord> observations, IngestConfig config) {
    Coarseness coarseness = new Coarseness(config);
    observations.forEach(coarseness::add);
    return coarseness.words();
  }

  private void add(ObservationRecord record) {
    for (String variable : covariates) {
      Double value = record.values().get(variable);
      if (value != null) {
        values(record.stream(), variable).add(value);
      }
    }
  }

  private Values values(String stream, String variable) {
    return series.computeIfAbsent(SeriesKey.text(stream, variable), name -> new Values());
  }

  /**
   * Takes in one observation of a stream without end, in bounded space.
   *
   * @param named told of each series once, in one line
   */
  void look(ObservationRecord record, Consumer<String> named) {
    for (String variable : covariates) {
      Double value = record.values().get(variable);
      if (value == null) {
        continue;
      }
      String name = SeriesKey.text(record.stream(), variable);
      Values seen = series.get(name);
      if (seen == null && series.size() < MAX_SERIES) {
        seen = values(record.stream(), variable);
      }
      if (seen != null && seen.changes < MAX_CHANGES) {
        seen.add(value);
        seen.name(name, named);
      }
    }
  }

  private List<String> words() {
    List<String> words = new ArrayList<>();
    new TreeMap<>(series)
        .forEach(
            (name, values) -> {
              if (values.isCoarse()) {
                words.add(values.words(name));
              }
            });
    return words;
  }

  private static final class Values {
    private double last = Double.NaN;
    private double largest;
    private long changes;
    private long lost;

    boolean isCoarse() {
      return lost * SHARE > changes;
    }

    void name(String name, Consumer<String> named) {
      if (changes >= ENOUGH && isCoarse()) {
        named.accept(words(name));
        changes = MAX_CHANGES;
      }
    }

    void add(double value) {
      double change = Math.abs(value - last);
      if (change > 0) {
        changes++;
        lost += change < SPACINGS * (double) Math.ulp((float) value) ? 1 : 0;
      }
      largest = Math.max(largest, Math.abs(value));
      last = value;
    }

    String words(String name) {
      return String.format(
          Locale.ROOT,
          "%s: %,d of %,d changes of this covariate are lost in single precision, which tells %.4g from no less than"
              + " %,.4g more; accepted: values without what all of them have in common, such as by"
              + " feed.values.NAME.add",
          name,
          lost,
          changes,
          largest,
          (double) Math.ulp((float) largest));
    }
  }
}
