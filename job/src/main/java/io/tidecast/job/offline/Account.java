package io.tidecast.job.offline;

import io.tidecast.connectors.file.FileReading;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.SeriesKey;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.ingest.Coarseness;
import io.tidecast.job.ingest.IngestConfig;
import io.tidecast.job.ingest.ObservationSplitter;
import io.tidecast.job.state.SeriesObservation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What became of every value of a group's targets that was read: {@code read} is the sum of {@code
 * stepped}, {@code replaced} and {@code masked}.
 *
 * @param read all of them
 * @param stepped became part of a step
 * @param replaced another value of the same stream, variable and time came in its place
 * @param masked outside the limits of its variable, or without the logarithm it needs
 * @param silent series of which every value was masked
 */
public record Account(long read, long stepped, long replaced, long masked, Set<String> silent) {

  /**
   * What became of a file.
   *
   * @param groups of each group's values
   * @param refused rows of which there is no observation, by reason
   * @param notes of those rows, for a person
   * @param coarse covariates whose changes single precision does not tell, see {@link Coarseness}
   * @param absent covariates of which no row has a value
   */
  public record OfFile(
      Map<String, Account> groups,
      Map<String, Long> refused,
      String notes,
      List<String> coarse,
      Set<String> absent) {
    /** In lines, for a person. */
    public String words() {
      StringBuilder lines = new StringBuilder();
      groups.forEach(
          (group, account) ->
              lines.append(group).append(": ").append(account.words()).append('\n'));
      coarse.forEach(words -> lines.append(words).append('\n'));
      if (!absent.isEmpty()) {
        lines.append("series.covariates ").append(absent).append(": no row has a value of them\n");
      }
      return notes.isEmpty() ? lines.toString() : lines + "file: " + notes + "\n";
    }
  }

  public static OfFile ofFile(JobConfig config) {
    FileReading file = config.fileFeed().read();
    return new OfFile(
        byGroup(config, file.observations()),
        file.refused(),
        file.notes(),
        Coarseness.of(file.observations(), new JobParts(config).ingest()),
        absent(config, file.observations()));
  }

  private static Set<String> absent(JobConfig config, List<ObservationRecord> observations) {
    Set<String> absent = new TreeSet<>(config.series().covariates());
    for (ObservationRecord one : observations) {
      if (!absent.isEmpty()) {
        absent.removeAll(one.values().keySet());
      }
    }
    return absent;
  }

  /** By model group, also those of which nothing was stepped. */
  static Map<String, Account> byGroup(JobConfig config, List<ObservationRecord> observations) {
    Map<String, Tally> groups = new TreeMap<>();
    IngestConfig ingest = new JobParts(config).ingest();
    ObservationSplitter splitter = new ObservationSplitter(ingest);
    for (ObservationRecord record : observations) {
      splitter.split(
          record,
          true,
          Long.MIN_VALUE,
          0,
          0,
          0,
          SeriesObservation.From.PLACE,
          (variable, value) -> {
            String group = ingest.groups().get(variable);
            if (group != null) {
              tally(groups, ingest.streams().group(group, record.stream()))
                  .mask(SeriesKey.text(record.stream(), variable));
            }
          },
          observation -> {
            if (!Double.isNaN(observation.value())) {
              tally(groups, observation.group()).step(observation.series(), observation.time());
            }
          });
    }
    Map<String, Account> accounts = new TreeMap<>();
    groups.forEach((group, tally) -> accounts.put(group, tally.account()));
    return accounts;
  }

  private static Tally tally(Map<String, Tally> groups, String group) {
    return groups.computeIfAbsent(group, name -> new Tally());
  }

  /** In one line, for a person. */
  public String words() {
    String words =
        String.format(
            Locale.ROOT,
            "%,d values read: %,d stepped, %,d replaced, %,d masked",
            read,
            stepped,
            replaced,
            masked);
    return silent.isEmpty() ? words : words + "; nothing left of " + silent;
  }

  /** Counts of one group. */
  private static final class Tally {
    private final Map<String, Set<Long>> times = new HashMap<>();
    private final Set<String> maskedSeries = new TreeSet<>();
    private long stepped;
    private long replaced;
    private long masked;

    private void step(String series, long time) {
      if (times.computeIfAbsent(series, name -> new HashSet<>()).add(time)) {
        stepped++;
      } else {
        replaced++;
      }
    }

    private void mask(String series) {
      masked++;
      maskedSeries.add(series);
    }

    private Account account() {
      Set<String> silent = new TreeSet<>(maskedSeries);
      silent.removeAll(times.keySet());
      return new Account(stepped + replaced + masked, stepped, replaced, masked, silent);
    }
  }
}
