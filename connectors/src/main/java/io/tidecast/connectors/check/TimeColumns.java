package io.tidecast.connectors.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Which columns of a table may say when, by their names and by what stands in them. */
final class TimeColumns {
  private static final Pattern NAMED =
      Pattern.compile(
          ".*(time|date|datum|zeit|stamp|month|year|monat|jahr|fecha|day|tag|quarter|period|week|woche).*|kw|t|ts|ym|yyyymm|dt|start|end|opened|closed|utc|c1");

  /** As years and days have them, and few names of things. */
  private static final Pattern DIGITS =
      Pattern.compile("[0-9]{4}|[0-9]{1,2}[-./:][0-9]{1,2}[-./:]");

  static final List<String> YEAR = List.of("year", "yr", "jahr", "yyyy", "yy");

  private static final Pattern HOUR = Pattern.compile("(?i)(hour|hr|he|stunde|time)\\b.*|.*hour");

  private static final int SAMPLES = 500;

  /** So few say little. */
  static final int FEW_SAMPLES = 20;

  private final Table table;

  TimeColumns(Table table) {
    this.table = table;
  }

  /** Whether a column of this name mostly says when. */
  static boolean isTime(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return NAMED.matcher(lower).matches() || YEAR.contains(lower);
  }

  /** Those first whose names sound like it. */
  List<Integer> likeliest() {
    return IntStream.range(0, table.columns().size())
        .boxed()
        .sorted(Comparator.comparing(this::isConstant).thenComparing(place -> !isNamed(place)))
        .toList();
  }

  /** As the day of a download is. */
  private boolean isConstant(int place) {
    List<String> samples = samples(List.of(place));
    return samples.size() > 1 && samples.stream().distinct().count() == 1;
  }

  boolean isNamed(int place, Pattern pattern) {
    return pattern.matcher(table.columns().get(place)).matches();
  }

  boolean isNamed(int place) {
    return NAMED.matcher(ownName(place).toLowerCase(Locale.ROOT)).matches();
  }

  /** Of a field that lies deep, the last part of its path. */
  private String ownName(int place) {
    String name = table.columns().get(place);
    return name.startsWith("/") ? name.substring(name.lastIndexOf('/') + 1) : name;
  }

  boolean isHour(int place) {
    boolean named = HOUR.matcher(table.columns().get(place)).matches();
    return samples(List.of(place)).stream()
        .anyMatch(text -> text.matches("[0-9]{1,2}:?[0-9]{2}.*") || named && text.length() <= 2);
  }

  int place(List<String> names) {
    for (int i = 0; i < table.columns().size(); i++) {
      if (names.contains(ownName(i).toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    return -1;
  }

  /** By a part's name in any case, or by a short one, of which that tells months from minutes. */
  int place(String... part) {
    for (int i = 0; i < table.columns().size(); i++) {
      String name = ownName(i);
      if (name.equalsIgnoreCase(part[0]) || List.of(part).subList(2, part.length).contains(name)) {
        return i;
      }
    }
    return -1;
  }

  /** Texts from the whole length of the table. */
  List<String> samples(List<Integer> places) {
    int stride = Math.max(1, table.rows().size() / SAMPLES);
    List<String> samples = new ArrayList<>();
    for (int i = 0; i < table.rows().size(); i += stride) {
      List<String> row = table.rows().get(i);
      String text = "";
      for (int place : places) {
        text += " " + (place < row.size() ? row.get(place).strip() : "");
      }
      if (!text.isBlank()) {
        samples.add(text.strip());
      }
    }
    return samples;
  }

  /** A column that says when in words nobody here knows, with one of them. */
  Optional<String> suspect() {
    boolean isNamedHere = table.settings().containsKey("header");
    for (int place : likeliest()) {
      List<String> samples = samples(List.of(place));
      boolean dated =
          !samples.isEmpty()
              && samples.stream().allMatch(t -> DIGITS.matcher(t).find() && !Column.isNumber(t));
      if (!samples.isEmpty() && (dated || isNamed(place) && !isNamedHere)) {
        return Optional.of(
            "[" + table.columns().get(place) + "] holds '" + Column.begin(samples.get(0)) + "'");
      }
    }
    return Optional.empty();
  }

  /** What is to be known of a column of numbers that rises from row to row, in words. */
  Optional<String> rising() {
    for (int place = 0; place < table.columns().size(); place++) {
      List<String> samples = samples(List.of(place));
      if (samples.size() > FEW_SAMPLES && isRising(samples)) {
        return Optional.of(
            "[%s] rises from row to row, as time that has passed does, and is read as a variable; feed.time.origin reads it as a time"
                .formatted(table.columns().get(place)));
      }
    }
    return Optional.empty();
  }

  private static boolean isRising(List<String> samples) {
    double before = Double.NEGATIVE_INFINITY;
    for (String text : samples) {
      if (!Column.isNumber(text) || Double.parseDouble(text) <= before) {
        return false;
      }
      before = Double.parseDouble(text);
    }
    return true;
  }
}
