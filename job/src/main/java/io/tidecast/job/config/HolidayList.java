package io.tidecast.job.config;

import de.focus_shift.jollyday.core.CalendarHierarchy;
import de.focus_shift.jollyday.core.HolidayManager;
import de.focus_shift.jollyday.core.HolidayType;
import de.focus_shift.jollyday.core.ManagerParameters;
import io.tidecast.model.Checks;
import io.tidecast.model.Holidays;
import java.time.LocalDate;
import java.time.Year;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Holidays as a file names them: dates, and the public holidays of countries by their ISO 3166
 * codes, with a subdivision after a dash, such as {@code DE-BY}.
 */
final class HolidayList {
  private static final String ACCEPTED =
      "a date, such as 2024-12-24, or an ISO 3166 code of a country, such as DE or US-NY";
  // steps that are forecast; of other years only the dates that are named count
  private static final int FIRST_YEAR = 1970;
  private static final int LAST_YEAR = 2100;

  // what YAML makes of a code without quotes
  private static final String NO = "false";
  private static final String[] NORWAY = {"no"};
  // the rules of a country, worked out for each of these years
  private static final Map<List<String>, Holidays> KNOWN = new ConcurrentHashMap<>();

  private HolidayList() {}

  /**
   * @throws IllegalArgumentException for what is neither a date nor a country whose holidays are
   *     known
   */
  static Holidays of(List<String> names) {
    return KNOWN.computeIfAbsent(names, HolidayList::worked);
  }

  private static Holidays worked(List<String> names) {
    List<LocalDate> dates = new ArrayList<>();
    for (String name : names) {
      if (name.matches("\\d.*")) {
        dates.add(SessionsSection.date("holidays", name));
      } else {
        dates.addAll(ofCountry(name));
      }
    }
    return new Holidays(names, dates);
  }

  private static List<LocalDate> ofCountry(String name) {
    String[] parts = name.equals(NO) ? NORWAY : name.toLowerCase(Locale.ROOT).split("-", -1);
    Set<String> countries = HolidayManager.getSupportedCalendarCodes();
    Checks.that(countries.contains(parts[0].toUpperCase(Locale.ROOT)), "holidays", name, ACCEPTED);
    HolidayManager manager =
        HolidayManager.getInstance(ManagerParameters.create(parts[0], new Properties()));
    String[] within = Arrays.copyOfRange(parts, 1, parts.length);
    requireSubdivision(name, manager.getCalendarHierarchy(), within);
    return IntStream.rangeClosed(FIRST_YEAR, LAST_YEAR)
        .boxed()
        .flatMap(
            year -> manager.getHolidays(Year.of(year), HolidayType.PUBLIC_HOLIDAY, within).stream())
        .map(holiday -> holiday.getDate())
        .toList();
  }

  private static void requireSubdivision(String name, CalendarHierarchy country, String[] within) {
    CalendarHierarchy at = country;
    for (String part : within) {
      at = at.getChildren().get(part);
      Checks.that(at != null, "holidays", name, ACCEPTED);
    }
  }
}
