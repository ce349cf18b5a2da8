package io.tidecast.job.offline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.tidecast.connectors.check.FileGuess;
import io.tidecast.connectors.file.FileFeed;
import io.tidecast.connectors.file.FileReading;
import io.tidecast.connectors.file.SourceFiles;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.config.SeriesSection;
import io.tidecast.job.config.StepLength;
import io.tidecast.job.ingest.Coarseness;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a file holds, as a configuration to start from: what was understood stands in its comments.
 * The text can be used as it is, and was: the file has been read with it.
 */
public final class FileCheck {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();
  private static final int FIRST = 3;

  /** Steps that the last row may come after the others before that is said. */
  private static final int FAR_APART = 10;

  /** One hole before all, and one after. */
  private static final int MOST_HOLES = 2;

  /** Seconds by which clocks of GPS are ahead of UTC: since 2012, and since 2017. */
  private static final int LEAST_LEAPS = 16;

  private static final int MOST_LEAPS = 18;

  private static final Instant GPS = Instant.parse("1980-01-06T00:00:00Z");
  private static final Instant UNLIKELY_BEFORE = Instant.parse("2000-01-01T00:00:00Z");

  /** Rows that may be refused before a configuration that skips them is no longer offered. */
  private static final double MAX_REFUSED = 0.1;

  private FileCheck() {}

  /**
   * Looks at a file and writes a configuration.
   *
   * @throws IllegalArgumentException with the reason if no configuration would read it
   */
  public static String of(Path file) {
    FileGuess guess = FileGuess.of(file);
    Map<String, Object> feed = new LinkedHashMap<>(guess.feed());
    FileReading reading = read(feed, file);
    if (reading.observations().isEmpty()) {
      throw new IllegalArgumentException(file + ": no observations in it; accepted: at least one");
    }
    Spacing spacing = Spacing.of(reading.observations());
    if (guess.labelledByStart() && spacing.isRegular()) {
      feed.put("interval", StepLength.text(spacing.widest()));
      reading = read(feed, file);
    }
    List<TimeHole> holes = new ArrayList<>();
    Optional<TimeHole> hole = TimeHole.in(reading.observations(), spacing.step());
    while (hole.isPresent() && holes.size() < MOST_HOLES) {
      holes.add(hole.get());
      reading = without(hole.get(), feed, file);
      hole = TimeHole.in(reading.observations(), spacing.step());
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("domain", domain(file));
    Starter starter = starter(file, reading.observations(), spacing);
    config.put("series", starter.series());
    config.put("forecast", Map.of("horizon", starter.horizon()));
    config.put("feed", feed);
    String text = yaml(config);
    // a configuration that does not work is not shown
    JobConfig job = ConfigFile.parse(text, Map.of()).job();
    List<String> notes = new ArrayList<>(guess.notes());
    notes.addAll(starter.notes());
    notes.addAll(Coarseness.of(reading.observations(), new JobParts(job).ingest()));
    holes.forEach(left -> notes.add("left out: " + left.words()));
    notes.addAll(epochs(feed, reading));
    notes.addAll(clocks(reading, spacing));
    return understood(file, job.series(), reading, spacing, notes) + text;
  }

  private static Starter starter(Path file, List<ObservationRecord> rows, Spacing spacing) {
    if (rows.stream().allMatch(row -> row.values().isEmpty())) {
      throw new IllegalArgumentException(
          "%s: no number in any of %,d rows; accepted: at least one that is not among feed.missing"
              .formatted(file, rows.size()));
    }
    return new Starter(rows, spacing);
  }

  /** The file without the few rows of a wrong clock: the configuration leaves them out. */
  private static FileReading without(TimeHole hole, Map<String, Object> feed, Path file) {
    Map<String, Object> time = new LinkedHashMap<>();
    ((Map<?, ?>) feed.get("time")).forEach((key, value) -> time.put((String) key, value));
    time.put(hole.key(), hole.bound().toString());
    feed.put("time", time);
    return read(feed, file);
  }

  /** What a configuration understands of its file. */
  public static String of(JobConfig config) {
    FileFeed feed = config.fileFeed();
    FileReading reading = feed.read();
    List<ObservationRecord> rows = reading.observations();
    List<String> notes = new ArrayList<>(Coarseness.of(rows, new JobParts(config).ingest()));
    TimeHole.in(rows, config.series().step().duration()).ifPresent(hole -> notes.add(hole.words()));
    notes.addAll(clocks(reading, Spacing.of(rows)));
    return understood(feed.file(), config.series(), reading, Spacing.of(rows), notes);
  }

  /** Numbers as times of long ago, or as those of satellites. */
  private static List<String> epochs(Map<String, Object> feed, FileReading reading) {
    String format = String.valueOf(((Map<?, ?>) feed.get("time")).get("format"));
    List<String> notes = new ArrayList<>();
    List<ObservationRecord> rows = reading.observations();
    Instant first = rows.get(0).time();
    if (format.startsWith("epoch") && first.isBefore(UNLIKELY_BEFORE)) {
      notes.add(
          "numbers that are times of %s as %s: they may be of another unit, or from another day on, which is feed.time.origin"
              .formatted(first, format));
    }
    long second = Math.floorMod(first.getEpochSecond(), 60);
    boolean leaps = second >= LEAST_LEAPS && second <= MOST_LEAPS;
    if (format.startsWith("epoch")
        && leaps
        && rows.size() >= FAR_APART
        && rows.stream()
            .allMatch(row -> Math.floorMod(row.time().getEpochSecond(), 60) == second)) {
      notes.add(
          "all times lie %d s after a full minute, as numbers of GPS do that are taken as counted from 1970: feed.time.origin: %s reads those"
              .formatted(second, GPS.minusSeconds(second)));
    }
    return notes;
  }

  /** Few rows that may have had a wrong clock, too near for it to be certain. */
  private static List<String> clocks(FileReading reading, Spacing spacing) {
    List<String> notes = new ArrayList<>();
    List<ObservationRecord> rows = reading.observations();
    if (reading.leaps() > 0 && reading.leaps() * 100 <= Math.max(100, rows.size())) {
      notes.add(
          "%,d rows are far in time from the rows around them, the first is %s: a clock may be wrong"
              .formatted(reading.leaps(), reading.firstLeap()));
    }
    int end = rows.size() - 1;
    Duration apart =
        end < FAR_APART
            ? Duration.ZERO
            : Duration.between(rows.get(end - 1).time(), rows.get(end).time());
    if (apart.compareTo(spacing.step().multipliedBy(FAR_APART)) > 0) {
      notes.add(
          "the last row, %s, is %s after the one before it: a clock may be wrong, or feed.time.latest leaves it out"
              .formatted(rows.get(end).time(), StepLength.text(apart)));
    }
    return notes;
  }

  private static FileReading read(Map<String, Object> feed, Path file) {
    try {
      return feed(feed).read();
    } catch (IllegalArgumentException e) {
      FileReading reading = skipping(feed, e);
      if (reading.refusedRows() > MAX_REFUSED * reading.rows()) {
        throw e;
      }
      return reading;
    }
  }

  private static FileReading skipping(Map<String, Object> feed, IllegalArgumentException first) {
    feed.put("badRows", "skip");
    try {
      return feed(feed).read();
    } catch (IllegalArgumentException e) {
      throw first;
    }
  }

  private static FileFeed feed(Map<String, Object> settings) {
    try {
      String text = JsonMapper.builder().build().writeValueAsString(settings);
      String series = "{\"step\":\"PT1H\",\"targets\":[\"x\"]}";
      return ConfigFile.parse(
              "{\"domain\":\"x\",\"series\":%s,\"forecast\":{\"horizon\":1},\"feed\":%s}"
                  .formatted(series, text),
              Map.of())
          .job()
          .fileFeed();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String domain(Path file) {
    String stem =
        SourceFiles.stem(file.getFileName().toString())
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^[^a-z]+|-+$", "");
    return stem.isEmpty() ? "data" : stem.substring(0, Math.min(stem.length(), 100));
  }

  private static String yaml(Map<String, Object> config) {
    try {
      return YAML.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String understood(
      Path file, SeriesSection series, FileReading reading, Spacing spacing, List<String> notes) {
    List<ObservationRecord> rows = reading.observations();
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s: %,d observations of %,d streams, %s to %s",
        file.getFileName(),
        rows.size(),
        spacing.streams(),
        rows.isEmpty() ? "-" : rows.get(0).time(),
        rows.isEmpty() ? "-" : rows.get(rows.size() - 1).time());
    rows.stream()
        .limit(FIRST)
        .forEach(row -> line(text, "  %s %s %s", row.time(), row.stream(), row.values()));
    line(text, "spacing: %s", spacing.words());
    variables(rows, series).forEach(words -> line(text, "%s", words));
    if (!reading.notes().isEmpty()) {
      line(text, "left out: %s", reading.notes());
    }
    notes.forEach(note -> line(text, "look at: %s", note));
    return text.toString();
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append("# ")
        .append(String.format(Locale.ROOT, format, values).replaceAll("\\p{Cntrl}+", " "))
        .append('\n');
  }

  private static List<String> variables(List<ObservationRecord> rows, SeriesSection series) {
    Map<String, Range> ranges = new LinkedHashMap<>();
    for (ObservationRecord row : rows) {
      row.values()
          .forEach(
              (name, value) ->
                  ranges.computeIfAbsent(name, n -> new Range(series.variable(n))).add(value));
    }
    List<String> words = new ArrayList<>();
    ranges.forEach((name, range) -> words.add(name + ": " + range.words(rows.size())));
    return words;
  }

  /** The values of one variable. */
  private static final class Range {
    private final SeriesSection.Variable limits;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private long count;
    private long outside;

    private Range(SeriesSection.Variable limits) {
      this.limits = limits;
    }

    private void add(double value) {
      count++;
      least = Math.min(least, value);
      most = Math.max(most, value);
      outside += value >= limits.minimum() && value <= limits.maximum() ? 0 : 1;
    }

    private String words(int rows) {
      return String.format(
              Locale.ROOT, "%s to %s, %,d missing", least, most, Math.max(0, rows - count))
          + (outside == 0 ? "" : String.format(Locale.ROOT, ", %,d outside its limits", outside));
    }
  }
}
