package io.tidecast.connectors.check;

import static io.tidecast.connectors.check.TimeFormats.DATES;
import static io.tidecast.connectors.check.TimeFormats.DATES_AND_HOURS;
import static io.tidecast.connectors.check.TimeFormats.EPOCHS;
import static io.tidecast.connectors.check.TimeFormats.HOURS;
import static io.tidecast.connectors.check.TimeFormats.LANGUAGES;
import static io.tidecast.connectors.check.TimeFormats.WHOLE_DATES;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which of the {@link TimeColumns} say when, and in which {@link TimeSpelling}. */
final class TimeGuess {
  private static final List<String> MONTH = List.of("month", "mon", "mo", "monat");
  private static final List<String> DAY_OF_YEAR =
      List.of("doy", "day_of_year", "dayofyear", "yday", "julian", "jday", "day");
  private static final Pattern WEEK = Pattern.compile("(?i)(.*[ _])?(week|woche|kw|yyyyww)");
  private static final Pattern MONTH_NAMED =
      Pattern.compile("\\p{L}{3}.*[0-9]{2}|[0-9].*\\p{L}{3}");

  /** What a look at names takes for one that no person has given. */
  private static final Pattern MADE_UP = Pattern.compile("c[0-9]+|\\{name}");

  /** Of the texts that a spelling has to read. */
  private static final double SHARE = 0.9;

  private final Table table;
  private final TimeColumns columns;

  private String nearest = "";

  private double nearestShare;
  private Locale language;

  TimeGuess(Table table) {
    this.table = table;
    columns = new TimeColumns(table);
  }

  /** The settings of {@code feed.time}; nothing if no column says when. */
  Optional<Map<String, Object>> settings() {
    List<Integer> places = columns.likeliest();
    return first(places, DATES_AND_HOURS, true)
        .or(() -> first(places, EPOCHS, true))
        .or(this::dateAndHour)
        .or(this::numbers)
        .or(() -> first(places, DATES, false))
        .or(() -> numbered(places))
        .or(() -> inOtherLanguages(places));
  }

  /** Weeks in digits, and days as spreadsheets count them. */
  private Optional<Map<String, Object>> numbered(List<Integer> places) {
    for (int place : places) {
      List<String> samples = columns.samples(List.of(place));
      boolean isWeek = columns.isNamed(place, WEEK);
      if (columns.isNamed(place) && (isWeek || samples.stream().allMatch(TimeSpelling::isDay))) {
        String format = isWeek ? "iso-week" : "excel";
        if (isRead(samples, format, List.of(place))) {
          return Optional.of(settings(List.of(place), format, samples));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Map<String, Object>> inOtherLanguages(List<Integer> places) {
    for (int place : places) {
      List<String> samples = columns.samples(List.of(place));
      boolean named = samples.stream().allMatch(text -> MONTH_NAMED.matcher(text).find());
      for (Locale other : named ? LANGUAGES : List.<Locale>of()) {
        language = other;
        for (String format : DATES) {
          if (format.contains("MMM") && isRead(samples, format, List.of(place))) {
            Map<String, Object> settings = settings(List.of(place), format, samples);
            settings.put("language", other.toLanguageTag());
            return Optional.of(settings);
          }
        }
        language = null;
      }
    }
    return Optional.empty();
  }

  /** What was nearest to a time, for a person. */
  String nearest() {
    return nearest;
  }

  private Optional<Map<String, Object>> first(
      List<Integer> places, List<String> formats, boolean hours) {
    for (int place : places) {
      List<String> samples = columns.samples(List.of(place));
      boolean numbers = !samples.isEmpty() && samples.stream().allMatch(Column::isNumber);
      boolean hidden =
          !columns.isNamed(place) && !(formats == EPOCHS && columns.isNamed(place, MADE_UP));
      if (samples.isEmpty()
          || numbers && hidden
          || formats == EPOCHS && !samples.stream().allMatch(TimeSpelling::isLarge)) {
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
          return Optional.of(
              settings(List.of(place), spelling(format).likelier(samples).format(), samples));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Map<String, Object>> dateAndHour() {
    for (int date : columns.likeliest()) {
      for (int hour : columns.likeliest()) {
        if (date == hour || !columns.isHour(hour)) {
          continue;
        }
        List<String> samples = columns.samples(List.of(date, hour));
        for (String day : DATES.subList(0, WHOLE_DATES)) {
          for (String time : HOURS) {
            String format = (day.equals("iso") ? "yyyy-MM-dd" : day) + " " + time;
            if (isRead(samples, format, List.of(date, hour))) {
              return Optional.of(
                  settings(
                      List.of(date, hour), spelling(format).likelier(samples).format(), samples));
            }
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Columns named after the parts of a date. */
  private Optional<Map<String, Object>> numbers() {
    return parts()
        .or(() -> parts("y MMM", MONTH))
        .or(() -> parts("y MMMM", MONTH))
        .or(() -> parts("y q", List.of("quarter", "qtr", "q")))
        .or(() -> parts("iso-week", List.of("week", "iso_week", "woche", "kw", "wk")))
        .or(() -> parts("y D H", DAY_OF_YEAR, List.of("hour", "hr")))
        .or(() -> parts("y D HHmm", DAY_OF_YEAR, List.of("time", "hhmm")))
        .or(() -> parts("y D", DAY_OF_YEAR));
  }

  /** A year, and what counts within it. */
  @SafeVarargs
  private Optional<Map<String, Object>> parts(String format, List<String>... names) {
    List<Integer> places = new ArrayList<>(List.of(columns.place(TimeColumns.YEAR)));
    for (List<String> part : names) {
      places.add(columns.place(part));
    }
    return !places.contains(-1) && isRead(columns.samples(places), format, places)
        ? Optional.of(settings(places, format, columns.samples(places)))
        : Optional.empty();
  }

  private Optional<Map<String, Object>> parts() {
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
      int place = columns.place(part);
      if (place < 0) {
        break;
      }
      places.add(place);
      format.append(format.isEmpty() ? "" : " ").append(part[1]);
    }
    List<String> samples = columns.samples(places);
    return places.size() >= 2 && isRead(samples, format.toString(), places)
        ? Optional.of(settings(places, format.toString(), samples))
        : Optional.empty();
  }

  /** Whether a column tells the same as a time, such as the end of what that begins. */
  boolean isAnother(int place, Map<String, Object> time) {
    String format = String.valueOf(time.get("format"));
    List<String> samples = columns.samples(List.of(place));
    boolean tells =
        time.containsKey("format")
            && !Set.of("yyyy", "iso-week").contains(format)
            && columns.isNamed(place);
    boolean large = !EPOCHS.contains(format) || samples.stream().allMatch(TimeSpelling::isLarge);
    return tells
        && large
        && !samples.isEmpty()
        && samples.stream().allMatch(spelling(format).reads());
  }

  private boolean isRead(List<String> samples, String format, List<Integer> places) {
    if (samples.isEmpty()) {
      return false;
    }
    Predicate<String> reads = spelling(format).reads();
    if (samples.stream().limit(enough(samples)).noneMatch(reads)) {
      return false;
    }
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

  private TimeSpelling spelling(String format) {
    return new TimeSpelling(format, language);
  }

  /** So many of which none is read that the others cannot make up for it. */
  private static long enough(List<String> samples) {
    return Math.max(TimeColumns.FEW_SAMPLES, 1 + Math.round((1 - SHARE) * samples.size()));
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
