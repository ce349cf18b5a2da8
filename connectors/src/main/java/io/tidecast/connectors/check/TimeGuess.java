package io.tidecast.connectors.check;

import io.tidecast.connectors.file.FileTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Which columns say when, and how. */
final class TimeGuess {
  private static final Pattern NAMED =
      Pattern.compile(
          ".*(time|date|datum|zeit|stamp|month|year|monat|jahr|fecha|day|tag|quarter|period).*|t|ts|ym|yyyymm|dt|start|end|opened|closed|utc|c1");
  private static final List<String> DATES_AND_HOURS =
      List.of(
          "rfc3339",
          "iso",
          "yyyy-MM-dd HH:mm z",
          "yyyy-MM-dd HH:mm:ss z",
          "yyyy-MM-dd HH:mm:ss VV",
          "yyyy/MM/dd HH:mm:ss",
          "yyyy/MM/dd HH:mm",
          "dd.MM.yyyy HH:mm:ss",
          "dd.MM.yyyy HH:mm",
          "d.M.yyyy H:mm",
          "dd/MM/yyyy HH:mm:ss",
          "dd/MM/yyyy HH:mm",
          "MM/dd/yyyy HH:mm:ss",
          "MM/dd/yyyy HH:mm",
          "M/d/yyyy H:mm",
          "M/d/yyyy h:mm a",
          "MM/dd/yyyy hh:mm:ss a",
          "dd-MMM-yyyy HH:mm",
          "yyyyMMdd HH:mm:ss",
          "yyyyMMdd HH:mm",
          "yyyyMMdd'T'HHmmss",
          "yyyyMMddHHmmss",
          "yyyyMMddHHmm",
          "yyyyMMddHH",
          "EEE, d MMM yyyy HH:mm:ss z",
          "yyyy-MM-dd HH:mm*",
          "dd.MM.yyyy HH:mm*",
          "dd/MM/yyyy HH:mm*",
          "MM/dd/yyyy HH:mm*");
  private static final List<String> EPOCHS =
      List.of("epoch-seconds", "epoch-millis", "epoch-micros", "epoch-nanos");
  private static final List<String> DATES =
      List.of(
          "iso",
          "yyyy/MM/dd",
          "dd.MM.yyyy",
          "d.M.yyyy",
          "dd/MM/yyyy",
          "MM/dd/yyyy",
          "M/d/yyyy",
          "yyyyMMdd",
          "dd-MMM-yyyy",
          "d MMM yyyy",
          "MMM yyyy",
          "MM/yyyy",
          "yyyy/MM",
          "yyyyMM",
          "yyyy'Q'q",
          "yyyy-'Q'q",
          "yyyy 'Q'q",
          "yyyy");

  /** The first of them say the day. */
  private static final int WHOLE_DATES = 10;

  private static final List<String> HOURS =
      List.of("HH:mm:ss", "HH:mm", "H:mm", "HHmm", "h:mm a", "k", "H");

  /** As years and days have them, and few names of things. */
  private static final Pattern DIGITS =
      Pattern.compile("[0-9]{4}|[0-9]{1,2}[-./:][0-9]{1,2}[-./:]");

  private static final Pattern HOUR = Pattern.compile("(?i)(hour|hr|he|stunde|time)\\b.*|.*hour");
  private static final double SHARE = 0.9;
  private static final int SAMPLES = 500;

  private final Table table;

  /** What was nearest to a time, for a person. */
  private String nearest = "";

  private double nearestShare;

  TimeGuess(Table table) {
    this.table = table;
  }

  /** The settings of {@code feed.time}; nothing if no column says when. */
  Optional<Map<String, Object>> settings() {
    List<Integer> places = places();
    return first(places, DATES_AND_HOURS, true)
        .or(() -> first(places, EPOCHS, true).filter(epoch -> isLarge(epoch.get("column"))))
        .or(this::dateAndHour)
        .or(this::numbers)
        .or(() -> first(places, DATES, false));
  }

  /** Small numbers are years, counts, prices. */
  private boolean isLarge(Object column) {
    return samples(List.of(table.place((String) column))).stream()
        .allMatch(text -> Column.isNumber(text) && Math.abs(Double.parseDouble(text)) >= 1e8);
  }

  /** A column that says when in words nobody here knows, with one of them. */
  Optional<String> suspect() {
    boolean isNamedHere = table.settings().containsKey("header");
    for (int place : places()) {
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

  String nearest() {
    return nearest;
  }

  /** Those first whose names sound like it. */
  private List<Integer> places() {
    return IntStream.range(0, table.columns().size())
        .boxed()
        .sorted(Comparator.comparing(place -> !isNamed(place)))
        .toList();
  }

  private boolean isNamed(int place) {
    String name = table.columns().get(place).toLowerCase(Locale.ROOT);
    return NAMED.matcher(name.substring(name.lastIndexOf('/') + 1)).matches();
  }

  private Optional<Map<String, Object>> first(
      List<Integer> places, List<String> formats, boolean hours) {
    for (int place : places) {
      List<String> samples = samples(List.of(place));
      boolean numbers = !samples.isEmpty() && samples.stream().allMatch(Column::isNumber);
      if (samples.isEmpty() || numbers && !isNamed(place)) {
        continue;
      }
      if (hours
          && formats == DATES_AND_HOURS
          && samples.stream().anyMatch(text -> text.length() < 10)) {
        continue;
      }
      for (String format : formats) {
        boolean dateAlone =
            hours && format.equals("iso") && samples.stream().noneMatch(t -> t.contains(":"));
        if (!dateAlone && isRead(samples, format, List.of(place))) {
          return Optional.of(settings(List.of(place), format, samples));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Map<String, Object>> dateAndHour() {
    for (int date : places()) {
      for (int hour : places()) {
        if (date == hour || !isHour(hour)) {
          continue;
        }
        List<String> samples = samples(List.of(date, hour));
        for (String day : DATES.subList(0, WHOLE_DATES)) {
          for (String time : HOURS) {
            String format = (day.equals("iso") ? "yyyy-MM-dd" : day) + " " + time;
            if (isRead(samples, format, List.of(date, hour))) {
              return Optional.of(settings(List.of(date, hour), format, samples));
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  private boolean isHour(int place) {
    boolean named = HOUR.matcher(table.columns().get(place)).matches();
    return samples(List.of(place)).stream()
        .anyMatch(text -> text.matches("[0-9]{1,2}:?[0-9]{2}.*") || named && text.length() <= 2);
  }

  /** Columns named after the parts of a date. */
  private Optional<Map<String, Object>> numbers() {
    List<Integer> places = new ArrayList<>();
    StringBuilder format = new StringBuilder();
    for (String[] part :
        new String[][] {
          {"year", "y", "YY", "YYYY"},
          {"month", "M", "MM", "MO"},
          {"day", "d", "DD", "DY"},
          {"hour", "H", "hh", "HH"},
          {"minute", "m", "mm", "MN"},
          {"second", "s", "ss", "SS"}
        }) {
      int place = place(part);
      if (place < 0) {
        break;
      }
      places.add(place);
      format.append(format.isEmpty() ? "" : " ").append(part[1]);
    }
    List<String> samples = samples(places);
    return places.size() >= 2 && isRead(samples, format.toString(), places)
        ? Optional.of(settings(places, format.toString(), samples))
        : Optional.empty();
  }

  /** By a part's name in any case, or by a short one, of which that tells months from minutes. */
  private int place(String... part) {
    for (int i = 0; i < table.columns().size(); i++) {
      String name = table.columns().get(i);
      if (name.equalsIgnoreCase(part[0]) || List.of(part).subList(2, part.length).contains(name)) {
        return i;
      }
    }
    return -1;
  }

  /** Texts from the whole length of the table. */
  private List<String> samples(List<Integer> places) {
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

  private boolean isRead(List<String> samples, String format, List<Integer> places) {
    if (samples.isEmpty()) {
      return false;
    }
    Predicate<String> reads = reads(format);
    long read = samples.stream().filter(reads).count();
    double share = (double) read / samples.size();
    if (share > nearestShare && share < SHARE) {
      nearestShare = share;
      nearest =
          String.format(
              Locale.ROOT,
              "column %s is %s in %.0f %% of its rows, such as '%s', but not '%s'",
              places.stream().map(table.columns()::get).toList(),
              format,
              100 * share,
              samples.stream().filter(reads).findFirst().orElse(""),
              samples.stream().filter(reads.negate()).findFirst().orElse(""));
    }
    return share >= SHARE;
  }

  private static Predicate<String> reads(String format) {
    return new FileTime(List.of("t"), format, ZoneOffset.UTC, "next-day", null, null, null, null)
        .reads();
  }

  private Map<String, Object> settings(List<Integer> places, String format, List<String> samples) {
    Map<String, Object> settings = new LinkedHashMap<>();
    List<String> names = places.stream().map(table.columns()::get).toList();
    settings.put("column", names.size() == 1 ? names.get(0) : names);
    settings.put("format", format);
    if (!format.startsWith("epoch")
        && samples.stream().anyMatch(text -> text.matches(".*[T ]24:?00.*"))) {
      settings.put("hour24", "next-day");
    }
    return settings;
  }
}
