package io.tidecast.connectors.check;

import io.tidecast.connectors.file.SourceFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Settings of a file feed, written by looking at the file.
 *
 * @param feed the section {@code feed} of a configuration, without what each default says
 * @param labelledByStart whether times seem to be starts of bars, which {@code feed.interval} turns
 *     into their ends
 * @param notes what a person should look at, a sentence each
 */
public record FileGuess(Map<String, Object> feed, boolean labelledByStart, List<String> notes) {
  private static final int MAX_ROWS = 100_000;
  private static final Pattern STREAMS =
      Pattern.compile(
          "s|stream|series|station|code|key|origin|symbol|ticker|instrument|sensor|device|meter|city|site|location|name|id|unique_id|item_id|.*_id");
  private static final int MAX_VARIABLES = 200;
  private static final int MAX_NAMED = 10;
  private static final Map<Pattern, Integer> ACROSS =
      Map.of(
          Pattern.compile("(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[.]?"), 12,
          Pattern.compile("(?i)(he|h|hr|hour)?[ _]?[0-9]{1,2}(:00)?"), 23);
  private static final Set<String> DATE_PARTS = Set.of("year", "month", "day", "hour", "minute");
  private static final Pattern STARTS =
      Pattern.compile("(.*_)?(start|open_?time|opened|begin|from)(_.*)?");

  /**
   * Looks at a file.
   *
   * @throws IllegalArgumentException if no settings would read it, with the reason
   */
  public static FileGuess of(Path file) {
    return new Looking(file).guess();
  }

  /** One look at one file. */
  private static final class Looking {
    private final Path file;
    private final Map<String, Object> feed = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private Table table;
    private TimeGuess guess;

    private Looking(Path file) {
      this.file = file;
    }

    private FileGuess guess() {
      feed.put("type", "file");
      feed.put("file", file.toString());
      String text = new SourceText(file, feed, notes).text();
      if (text.isBlank()) {
        throw new IllegalArgumentException(file + ": empty; accepted: a file with rows");
      }
      table = table(text);
      feed.putAll(table.settings());
      if (table.rows().isEmpty()) {
        throw new IllegalArgumentException(file + ": no rows; accepted: a file with rows");
      }
      time();
      values(columns());
      return new FileGuess(feed, hasStart(), notes);
    }

    private Table table(String text) {
      if (!JsonTable.looksLike(text)) {
        return CsvTable.of(text, MAX_ROWS);
      }
      try {
        return JsonTable.of(text, MAX_ROWS);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
      }
    }

    private void time() {
      guess = new TimeGuess(table);
      Map<String, Object> time = guess.settings().orElseGet(this::withoutTimes);
      String format = String.valueOf(time.getOrDefault("format", ""));
      if (time.containsKey("column")
          && !format.startsWith("epoch")
          && !format.equals("rfc3339")
          && !format.matches(".*[zXZV].*")) {
        notes.add("times without an offset are taken as UTC: set feed.time.zone");
      }
      if (format.matches("excel|iso-week")) {
        notes.add("numbers are taken as times: set feed.time if they are none");
      }
      if (format.matches(".*(dd|d)[-/](MM|M)[-/].*|.*(MM|M)[-/](dd|d)[-/].*")) {
        notes.add("day and month may be the other way round in feed.time.format");
      }
      feed.put("time", time);
    }

    private Map<String, Object> withoutTimes() {
      TimeColumns columns = new TimeColumns(table);
      if (!guess.nearest().isEmpty()) {
        throw new IllegalArgumentException(
            file + ": no column reads as a time; " + guess.nearest());
      }
      if (columns.suspect().isPresent()) {
        throw new IllegalArgumentException(
            "%s: no column reads as a time; %s; accepted: a time that feed.time.format tells"
                .formatted(file, columns.suspect().get()));
      }
      notes.add("no column reads as a time: set feed.time.start and step");
      columns.rising().ifPresent(notes::add);
      return new TreeMap<>(Map.of("start", "2000-01-01T00:00:00Z", "step", "P1D"));
    }

    private List<Column> columns() {
      Set<Object> times = new LinkedHashSet<>();
      Object named = ((Map<?, ?>) feed.get("time")).get("column");
      times.addAll(named instanceof List<?> several ? several : List.of(String.valueOf(named)));
      List<Column> columns = new ArrayList<>();
      for (int i = 0; i < table.columns().size(); i++) {
        String name = table.columns().get(i);
        boolean isOwn = !name.isBlank() && table.place(name) == i;
        if (isOwn && !times.contains(name) && !guess.isAnother(i, timeSettings())) {
          columns.add(new Column(name, table.texts(i)));
        }
      }
      return columns;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> timeSettings() {
      return (Map<String, Object>) feed.get("time");
    }

    private void values(List<Column> columns) {
      Column stream = streamOf(columns);
      List<Column> numbers =
          columns.stream()
              .filter(c -> c != stream && (c.isNumeric() || !c.switches().isEmpty()))
              .filter(c -> !isRowNumber(c))
              .filter(c -> !DATE_PARTS.contains(c.name.toLowerCase(Locale.ROOT)))
              .toList();
      if (numbers.isEmpty()) {
        throw new IllegalArgumentException(
            file
                + ": no column of numbers among "
                + table.columns()
                + ": "
                + words(columns, stream));
      }
      Optional<Column> named = stream == null ? Optional.empty() : namesOf(columns, stream);
      refuseTimesAcross(numbers);
      for (Column column : numbers) {
        if (!column.marks.isEmpty()) {
          notes.add("left out around the numbers of " + column.name + ": " + column.marks);
        }
        column
            .farOut()
            .filter(text -> !column.missing().contains(text))
            .ifPresent(
                text ->
                    notes.add(
                        "%s is %s again and again, far from all else: feed.missing takes it for none"
                            .formatted(column.name, text)));
      }
      Map<String, Object> values =
          named.isPresent() ? ofRows(named.get(), numbers) : ofColumns(numbers);
      notRead(columns, numbers, stream, named.orElse(null));
      numbers.stream()
          .map(Column::grouping)
          .filter(mark -> !mark.isEmpty())
          .findFirst()
          .ifPresent(mark -> feed.put("grouping", mark));
      if (stream == null) {
        feed.put("streams", Map.of(stem(), values));
      } else {
        feed.put("stream", stream.name);
        feed.put("values", values);
      }
      if (numbers.stream().anyMatch(Column::hasDecimalCommas)) {
        feed.put("decimal", ",");
      }
      missing(numbers);
    }

    /** A year's months or a day's hours side by side. */
    private void refuseTimesAcross(List<Column> numbers) {
      for (Map.Entry<Pattern, Integer> times : ACROSS.entrySet()) {
        List<String> across =
            numbers.stream()
                .map(c -> c.name)
                .filter(n -> times.getKey().matcher(n).matches())
                .toList();
        if (across.size() >= times.getValue()) {
          throw new IllegalArgumentException(
              file
                  + ": times side by side, in columns "
                  + across
                  + "; accepted: a row for each time");
        }
      }
    }

    private static Map<String, Object> ofColumns(List<Column> numbers) {
      Map<String, Object> values = new LinkedHashMap<>();
      for (Column column : numbers) {
        Map<String, Object> read = new LinkedHashMap<>(Map.of("column", column.name));
        if (!column.marks.isEmpty()) {
          read.put("marks", List.copyOf(column.marks));
        }
        if (!column.switches().isEmpty()) {
          read.put("words", column.switches());
        }
        values.put(
            variable(lastName(column, numbers), values.keySet()),
            read.size() == 1 ? column.name : read);
      }
      return values;
    }

    /** What a column names is there once for a stream and a time, and its values beside it. */
    private Map<String, Object> ofRows(Column named, List<Column> numbers) {
      feed.put("variable", named.name);
      String value = numbers.get(numbers.size() - 1).name;
      Map<String, Object> values = new LinkedHashMap<>();
      for (String name : new TreeSet<>(table.texts(table.place(named.name)))) {
        String variable = variable(name, values.keySet());
        values.put(
            variable, variable.equals(name) ? value : Map.of("column", value, "named", name));
      }
      return values;
    }

    /** A column that tells rows of one stream and time apart, if the stream alone does not. */
    private Optional<Column> namesOf(List<Column> columns, Column stream) {
      if (!repeats(List.of(stream.name))) {
        return Optional.empty();
      }
      return columns.stream()
          .filter(c -> c != stream && c.isName() && c.count() == table.rows().size())
          .filter(c -> c.distinct() > 1 && c.distinct() <= MAX_VARIABLES)
          .filter(c -> !repeats(List.of(stream.name, c.name)))
          .findFirst();
    }

    private void notRead(
        List<Column> columns, List<Column> numbers, Column stream, Column variable) {
      List<String> others =
          columns.stream()
              .filter(c -> c != stream && c != variable && !numbers.contains(c) && !c.isEmpty())
              .map(c -> c.name)
              .limit(MAX_NAMED)
              .toList();
      if (!others.isEmpty()) {
        notes.add("columns that are not read: " + others);
      }
    }

    /** Of a pointer its last part, where that names no other column. */
    private static String lastName(Column column, List<Column> others) {
      String last = column.name.substring(column.name.lastIndexOf('/') + 1);
      boolean alone = others.stream().filter(o -> ("/" + o.name).endsWith("/" + last)).count() == 1;
      return column.name.startsWith("/") && alone ? last : column.name;
    }

    /** What stands in the others. */
    private static String words(List<Column> columns, Column stream) {
      String first =
          columns.stream()
              .filter(column -> column != stream)
              .flatMap(
                  column ->
                      column.example().map(word -> column.name + " holds '" + word + "'").stream())
              .limit(3)
              .collect(Collectors.joining(", "));
      return first + "; accepted: at least one";
    }

    private void missing(List<Column> numbers) {
      Set<String> missing = new LinkedHashSet<>();
      numbers.forEach(column -> missing.addAll(column.missing()));
      if (!missing.isEmpty() && !missing.equals(Set.of("NA"))) {
        feed.put("missing", List.copyOf(missing));
        notes.add("taken as missing: " + missing);
      }
    }

    private Column streamOf(List<Column> columns) {
      if (feed.get("stream") instanceof String given) {
        return columns.stream().filter(c -> c.name.equals(given)).findFirst().orElseThrow();
      }
      int rows = table.rows().size();
      for (Column column : columns) {
        String name = column.name.substring(column.name.lastIndexOf('/') + 1);
        boolean named = STREAMS.matcher(name.toLowerCase(Locale.ROOT)).matches();
        boolean several = column.distinct() * 3 <= rows || rows < 12;
        if (column.count() == rows
            && column.isName()
            && named
            && (column.isText() || several && repeatsTimes())) {
          return column;
        }
      }
      return columns.stream()
          .filter(c -> c.isText() && c.isName() && c.count() == rows && c.distinct() > 1)
          .filter(c -> c.distinct() * 3 <= rows && repeatsTimes())
          .findFirst()
          .orElse(null);
    }

    /** Whether the same time stands in several rows, as those of several streams. */
    private boolean repeatsTimes() {
      return repeats(List.of());
    }

    /** Whether the same time stands in several rows that are alike in some columns. */
    private boolean repeats(List<String> alike) {
      Object named = ((Map<?, ?>) feed.get("time")).get("column");
      if (named == null) {
        return false;
      }
      List<Object> columns = new ArrayList<>(alike);
      columns.addAll(named instanceof List<?> several ? several : List.of(named));
      Set<String> times = new LinkedHashSet<>();
      for (List<String> row : table.rows()) {
        StringBuilder time = new StringBuilder();
        for (Object column : columns) {
          int place = table.place((String) column);
          time.append(' ').append(place < row.size() ? row.get(place) : "");
        }
        times.add(time.toString());
      }
      return times.size() * 10 < table.rows().size() * 9;
    }

    private boolean isRowNumber(Column column) {
      List<String> texts = table.texts(table.place(column.name));
      return texts.size() > 2
          && column.name.matches("(?i)no|nr|row|rn|record|index|#|id|unnamed.*")
          && column.distinct() == texts.size();
    }

    private boolean hasStart() {
      Object named = ((Map<?, ?>) feed.get("time")).get("column");
      return named instanceof String name
          && STARTS.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }

    private String stem() {
      return SourceFiles.stem(file.getFileName().toString().replace("*", "").replace("?", ""));
    }

    /** A name that also a model group, a file and a URL can have. */
    private static String variable(String column, Set<String> taken) {
      String name =
          column
              .replaceAll("\\(.*?\\)|\\[.*?\\]", "")
              .strip()
              .replaceAll("^/", "")
              .replace("+", "_plus_")
              .replaceAll("[^A-Za-z0-9._-]+", "_")
              .replaceAll("^_+|_+$", "");
      String base = name.isEmpty() ? "value" : name;
      String free = base;
      for (int i = 2; taken.contains(free); i++) {
        free = base + "_" + i;
      }
      return free;
    }
  }
}
