package io.tidecast.connectors.check;

import static io.tidecast.connectors.check.TimeFormats.DATES;
import static io.tidecast.connectors.check.TimeFormats.DATES_AND_HOURS;
import static io.tidecast.connectors.check.TimeFormats.EPOCHS;
import static io.tidecast.connectors.check.TimeFormats.HOURS;
import static io.tidecast.connectors.check.TimeFormats.LANGUAGES;
import static io.tidecast.connectors.check.TimeFormats.WHOLE_DATES;

import io.tidecast.connectors.file.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Which columns say when, and how. */
final class TimeGuess {
  private static final Pattern NAMED =
      Pattern.compile(
          ".*(time|date|datum|zeit|stamp|month|year|monat|jahr|fecha|day|tag|quarter|period|week|woche).*|kw|t|ts|ym|yyyymm|dt|start|end|opened|closed|utc|c1");

  /** As years and days have them, and few names of things. */
  private static final Pattern DIGITS =
      Pattern.compile("[0-9]{4}|[0-9]{1,2}[-./:][0-9]{1,2}[-./:]");

  private static final List<String> YEAR = List.of("year", "yr", "jahr", "yyyy", "yy");
  private static final List<String> MONTH = List.of("month", "mon", "mo", "monat");
  private static final List<String> DAY_OF_YEAR =
      List.of("doy", "day_of_year", "dayofyear", "yday", "julian", "jday", "day");
  private static final Pattern HOUR = Pattern.compile("(?i)(hour|hr|he|stunde|time)\\b.*|.*hour");
  private static final Pattern WEEK = Pattern.compile("(?i)(.*[ _])?(week|woche|kw|yyyyww)");
  private static final Pattern MONTH_NAMED =
      Pattern.compile("\\p{L}{3}.*[0-9]{2}|[0-9].*\\p{L}{3}");

  private static final Pattern SLASHED = Pattern.compile("^(d+|M{1,2})([-/])(M{1,2}|d+)(?=\\2)");

  /** What a look at names takes for one that no person has given. */
  private static final Pattern MADE_UP = Pattern.compile("c[0-9]+|\\{name}");

  /** Days that spreadsheets count: 1980 to 2064. */
  private static final int FIRST_DAY = 29_221;

  private static final int LAST_DAY = 60_266;

  private static final double SHARE = 0.9;
  private static final int SAMPLES = 500;
  private static final int FEW_SAMPLES = 20;

  private final Table table;

  /** What was nearest to a time, for a person. */
  private String nearest = "";

  private double nearestShare;
  private Locale language;

  TimeGuess(Table table) {
    this.table = table;
  }

  /** The settings of {@code feed.time}; nothing if no column says when. */
  Optional<Map<String, Object>> settings() {
    List<Integer> places = places();
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
      List<String> samples = samples(List.of(place));
      boolean isWeek = isNamed(place, WEEK);
      if (isNamed(place) && (isWeek || samples.stream().allMatch(TimeGuess::isDay))) {
        String format = isWeek ? "iso-week" : "excel";
        if (isRead(samples, format, List.of(place))) {
          return Optional.of(settings(List.of(place), format, samples));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isDay(String text) {
    return Column.isNumber(text)
        && Double.parseDouble(text) >= FIRST_DAY
        && Double.parseDouble(text) <= LAST_DAY;
  }

  private Optional<Map<String, Object>> inOtherLanguages(List<Integer> places) {
    for (int place : places) {
      List<String> samples = samples(List.of(place));
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

  /** Small numbers are years, counts, prices. */
  private static boolean isLarge(String text) {
    return Column.isNumber(text) && Math.abs(Double.parseDouble(text)) >= 1e8;
  }

  /** Whether a column of this name mostly says when. */
  static boolean isTime(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return NAMED.matcher(lower).matches() || YEAR.contains(lower);
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

  /** What is to be known of a column of numbers that rises from row to row, in words. */
  Optional<String> rising() {
    for (int place = 0; place < table.columns().size(); place++) {
      List<String> samples = samples(List.of(place));
      if (samples.size() > FEW_SAMPLES && isRising(samples)) {
        return Optional.of(
            "[%s] rises from row to row, as time that has passed does, and is read as a variable"
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

  String nearest() {
    return nearest;
  }

  /** Those first whose names sound like it. */
  private List<Integer> places() {
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

  private boolean isNamed(int place, Pattern pattern) {
    return pattern.matcher(table.columns().get(place)).matches();
  }

  private boolean isNamed(int place) {
    return NAMED.matcher(ownName(place).toLowerCase(Locale.ROOT)).matches();
  }

  /** Of a field that lies deep, the last part of its path. */
  private String ownName(int place) {
    String name = table.columns().get(place);
    return name.startsWith("/") ? name.substring(name.lastIndexOf('/') + 1) : name;
  }

  private Optional<Map<String, Object>> first(
      List<Integer> places, List<String> formats, boolean hours) {
    for (int place : places) {
      List<String> samples = samples(List.of(place));
      boolean numbers = !samples.isEmpty() && samples.stream().allMatch(Column::isNumber);
      boolean hidden = !isNamed(place) && !(formats == EPOCHS && isNamed(place, MADE_UP));
      if (samples.isEmpty()
          || numbers && hidden
          || formats == EPOCHS && !samples.stream().allMatch(TimeGuess::isLarge)) {
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
          return Optional.of(settings(List.of(place), likelier(format, samples), samples));
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
              return Optional.of(settings(List.of(date, hour), likelier(format, samples), samples));
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
    List<Integer> places = new ArrayList<>(List.of(place(YEAR)));
    for (List<String> part : names) {
      places.add(place(part));
    }
    return !places.contains(-1) && isRead(samples(places), format, places)
        ? Optional.of(settings(places, format, samples(places)))
        : Optional.empty();
  }

  private int place(List<String> names) {
    for (int i = 0; i < table.columns().size(); i++) {
      if (names.contains(ownName(i).toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    return -1;
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
      String name = ownName(i);
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

  /** Whether a column tells the same as a time, such as the end of what that begins. */
  boolean isAnother(int place, Map<String, Object> time) {
    String format = String.valueOf(time.get("format"));
    List<String> samples = samples(List.of(place));
    boolean tells =
        time.containsKey("format")
            && !Set.of("yyyy", "iso-week").contains(format)
            && isNamed(place);
    boolean large = !EPOCHS.contains(format) || samples.stream().allMatch(TimeGuess::isLarge);
    return tells && large && !samples.isEmpty() && samples.stream().allMatch(reads(format));
  }

  private boolean isRead(List<String> samples, String format, List<Integer> places) {
    if (samples.isEmpty()) {
      return false;
    }
    Predicate<String> reads = reads(format);
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

  /** So many of which none is read that the others cannot make up for it. */
  private static long enough(List<String> samples) {
    return Math.max(FEW_SAMPLES, 1 + Math.round((1 - SHARE) * samples.size()));
  }

  private Predicate<String> reads(String format) {
    Function<String, Optional<Instant>> reader = reader(format);
    return text -> reader.apply(text).isPresent();
  }

  private Function<String, Optional<Instant>> reader(String format) {
    return new FileTime(
            List.of("t"), format, ZoneOffset.UTC, language, "next-day", null, null, null, null)
        .reader();
  }

  /** Of a day and a month that may be the other way round, the way that spans less time. */
  private String likelier(String format, List<String> samples) {
    Matcher slashed = SLASHED.matcher(format);
    if (!slashed.find()) {
      return format;
    }
    String other =
        slashed.group(3) + slashed.group(2) + slashed.group(1) + format.substring(slashed.end());
    boolean better =
        samples.stream().allMatch(reads(other))
            && span(other, samples).compareTo(span(format, samples)) < 0;
    return better ? other : format;
  }

  private Duration span(String format, List<String> samples) {
    Function<String, Optional<Instant>> reader = reader(format);
    List<Instant> times =
        samples.stream().flatMap(text -> reader.apply(text).stream()).sorted().toList();
    return Duration.between(times.get(0), times.get(times.size() - 1));
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
