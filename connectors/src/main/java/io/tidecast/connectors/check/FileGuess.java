package io.tidecast.connectors.check;

import io.tidecast.connectors.file.SourceFiles;
import io.tidecast.connectors.file.TextReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
  private static final int MAX_CHARACTERS = 32 << 20;
  private static final Charset WINDOWS = Charset.forName("windows-1252");
  private static final List<String> MEMBERS = List.of("*.csv", "*.tsv", "*.json", "*");
  private static final Pattern STREAMS =
      Pattern.compile(
          "s|stream|series|station|origin|symbol|ticker|instrument|sensor|device|meter|city|site|location|name|id|unique_id|item_id|.*_id");
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

    private Looking(Path file) {
      this.file = file;
    }

    private FileGuess guess() {
      feed.put("type", "file");
      feed.put("file", file.toString());
      String text = text();
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

    private String text() {
      try {
        return decoded(bytes());
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException(
            file
                + ": bytes that are neither UTF-8, which a byte order mark may promise, nor text of"
                + " windows-1252; accepted: text in one encoding, or feed.encoding",
            e);
      } catch (IOException e) {
        throw new IllegalArgumentException(
            file + ": " + e.getMessage() + "; accepted: a whole file that can be read", e);
      }
    }

    private byte[] bytes() throws IOException {
      Path first = SourceFiles.named(file).get(0);
      List<byte[]> contents = new ArrayList<>();
      try {
        SourceFiles.read(first, "", (name, bytes) -> contents.add(some(bytes)));
        return contents.get(0);
      } catch (IllegalArgumentException e) {
        if (contents.isEmpty()) {
          throw e;
        }
        notes.add("the zip has several members; feed.member chooses those that are read");
        return member(first);
      }
    }

    /** Of a zip with several: data before texts that go with it. */
    private byte[] member(Path zip) throws IOException {
      List<byte[]> contents = new ArrayList<>();
      for (String pattern : MEMBERS) {
        try {
          SourceFiles.read(zip, pattern, (name, bytes) -> contents.add(some(bytes)));
          feed.put("member", pattern);
          return contents.get(0);
        } catch (IllegalArgumentException e) {
          if (pattern.equals("*")) {
            throw e;
          }
        }
      }
      throw new IllegalStateException("a star is any name");
    }

    private static byte[] some(InputStream bytes) throws IOException {
      return bytes.readNBytes(MAX_CHARACTERS);
    }

    private String decoded(byte[] bytes) throws IOException {
      try {
        return decoded(bytes, StandardCharsets.UTF_8);
      } catch (CharacterCodingException e) {
        feed.put("encoding", WINDOWS.name().toLowerCase(Locale.ROOT));
        return decoded(bytes, WINDOWS);
      }
    }

    private static String decoded(byte[] bytes, Charset encoding) throws IOException {
      try (TextReader reader = TextReader.of(new ByteArrayInputStream(bytes), encoding)) {
        StringBuilder text = new StringBuilder();
        char[] buffer = new char[1 << 16];
        for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
          text.append(buffer, 0, read);
        }
        return text.toString();
      }
    }

    private void time() {
      TimeGuess guess = new TimeGuess(table);
      Map<String, Object> time =
          guess
              .settings()
              .orElseGet(
                  () -> {
                    if (!guess.nearest().isEmpty()) {
                      throw new IllegalArgumentException(
                          file + ": no column reads as a time; " + guess.nearest());
                    }
                    guess
                        .suspect()
                        .ifPresent(
                            column -> {
                              throw new IllegalArgumentException(
                                  file
                                      + ": no column reads as a time; "
                                      + column
                                      + "; accepted: a time that feed.time.format tells");
                            });
                    notes.add("no column reads as a time: set feed.time.start and step");
                    Map<String, Object> made = new LinkedHashMap<>();
                    made.put("start", "2000-01-01T00:00:00Z");
                    made.put("step", "P1D");
                    return made;
                  });
      String format = String.valueOf(time.getOrDefault("format", ""));
      if (time.containsKey("column")
          && !format.startsWith("epoch")
          && !format.equals("rfc3339")
          && !format.contains("z")) {
        notes.add("times without an offset are taken as UTC: set feed.time.zone");
      }
      if (format.matches(".*(dd|d)/(MM|M).*|.*(MM|M)/(dd|d).*")) {
        notes.add("day and month may be the other way round in feed.time.format");
      }
      feed.put("time", time);
    }

    private List<Column> columns() {
      Set<Object> times = new LinkedHashSet<>();
      Object named = ((Map<?, ?>) feed.get("time")).get("column");
      times.addAll(named instanceof List<?> several ? several : List.of(String.valueOf(named)));
      List<Column> columns = new ArrayList<>();
      for (int i = 0; i < table.columns().size(); i++) {
        String name = table.columns().get(i);
        if (!name.isBlank() && !times.contains(name) && table.place(name) == i) {
          columns.add(new Column(name, table.texts(i)));
        }
      }
      return columns;
    }

    private void values(List<Column> columns) {
      Column stream = streamOf(columns);
      List<Column> numbers =
          columns.stream()
              .filter(c -> c != stream && c.isNumeric() && !isRowNumber(c))
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
      Map<String, Object> values = new LinkedHashMap<>();
      for (Column column : numbers) {
        Object read =
            column.marks.isEmpty()
                ? column.name
                : Map.of("column", column.name, "marks", List.copyOf(column.marks));
        values.put(variable(lastName(column, numbers), values.keySet()), read);
      }
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
      Object named = ((Map<?, ?>) feed.get("time")).get("column");
      if (named == null) {
        return false;
      }
      List<?> columns = named instanceof List<?> several ? several : List.of(named);
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
          && column.name.matches("(?i)no|nr|row|index|#|id|unnamed.*")
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
