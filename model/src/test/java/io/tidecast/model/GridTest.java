package io.tidecast.model;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.DayOfWeek.MONDAY;
import static java.time.DayOfWeek.THURSDAY;
import static java.time.DayOfWeek.TUESDAY;
import static java.time.DayOfWeek.WEDNESDAY;
import static java.time.temporal.ChronoUnit.MONTHS;
import static java.time.temporal.ChronoUnit.WEEKS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GridTest {
  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final List<DayOfWeek> WEEKDAYS =
      List.of(MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY);
  private static final List<LocalDate> HOLIDAYS =
      List.of(
          LocalDate.of(2023, 12, 25),
          LocalDate.of(2023, 12, 26),
          LocalDate.of(2024, 1, 1),
          LocalDate.of(2024, 3, 29),
          LocalDate.of(2024, 4, 1));
  private static final LocalTime MIDNIGHT = LocalTime.MIDNIGHT;
  private static final SessionGrid BUSINESS_DAYS =
      new SessionGrid(Duration.ofDays(1), WEEKDAYS, MIDNIGHT, MIDNIGHT, HOLIDAYS, BERLIN);
  private static final SessionGrid MARKET =
      new SessionGrid(
          Duration.ofHours(1),
          WEEKDAYS,
          LocalTime.of(9, 30),
          LocalTime.of(16, 0),
          HOLIDAYS,
          NEW_YORK);

  static List<Grid> grids() {
    return List.of(
        Grid.of(Duration.ofHours(1)),
        Grid.of(Duration.ofMillis(7)),
        new PeriodGrid(1, MONTHS, LocalDate.EPOCH, UTC),
        new PeriodGrid(1, MONTHS, LocalDate.of(2020, 1, 31), BERLIN),
        new PeriodGrid(3, MONTHS, LocalDate.of(2024, 2, 1), NEW_YORK),
        new PeriodGrid(12, MONTHS, LocalDate.of(2024, 2, 29), UTC),
        new PeriodGrid(1, WEEKS, PeriodGrid.defaultAnchor(WEEKS), BERLIN),
        new PeriodGrid(2, WEEKS, LocalDate.of(2024, 3, 31), NEW_YORK),
        BUSINESS_DAYS,
        MARKET,
        // hours that no change of the clocks falls into, all day long
        new SessionGrid(Duration.ofHours(1), WEEKDAYS, MIDNIGHT, MIDNIGHT, HOLIDAYS, BERLIN),
        new SessionGrid(
            Duration.ofDays(1), List.of(DayOfWeek.values()), MIDNIGHT, MIDNIGHT, List.of(), BERLIN),
        new SessionGrid(
            Duration.ofDays(1),
            WEEKDAYS,
            LocalTime.of(9, 0),
            LocalTime.of(17, 30),
            HOLIDAYS,
            BERLIN),
        new SessionGrid(
            Duration.ofMinutes(7),
            List.of(TUESDAY, FRIDAY),
            LocalTime.of(22, 0),
            MIDNIGHT,
            List.of(),
            ZoneId.of("Asia/Kathmandu")));
  }

  @ParameterizedTest
  @MethodSource("grids")
  void indexAndEndAreInverseAndEndsAscend(Grid grid) {
    long around = grid.indexOf(Instant.parse("2024-03-31T00:00:00Z").toEpochMilli());

    for (long index = around - 5000; index < around + 5000; index++) {
      assertEquals(index, grid.indexOf(grid.end(index)), () -> grid + "");
      assertTrue(grid.end(index - 1) < grid.end(index), () -> grid + "");
      assertEquals(index, grid.lastEndedBy(grid.end(index)), () -> grid + "");
      assertEquals(index - 1, grid.lastEndedBy(grid.end(index) - 1), () -> grid + "");
    }
  }

  @ParameterizedTest
  @MethodSource("grids")
  void everyTimeLiesInOneStepAndLaterOnesNeverInAnEarlierStep(Grid grid) {
    Random random = new Random(11);
    long before = Long.MIN_VALUE;
    long time = Instant.parse("1969-11-01T00:00:00Z").toEpochMilli();

    for (int i = 0; i < 5000; i++) {
      time += (long) (random.nextDouble() * Duration.ofDays(9).toMillis());
      long index = grid.indexOf(time);
      assertTrue(index >= before);
      assertTrue(grid.end(index - 1) < time);
      long next = grid.end(index + 1);
      assertTrue(time <= next, () -> grid + "");
      assertTrue(grid.lastEndedBy(time) >= index - 1 && grid.lastEndedBy(time) <= index);
      before = index;
    }
  }

  @ParameterizedTest
  @MethodSource("grids")
  void timesWithoutAnEndAreNoTrap(Grid grid) {
    assertTrue(grid.indexOf(Long.MAX_VALUE) > grid.indexOf(0));
    assertTrue(grid.indexOf(Long.MIN_VALUE + 1) < grid.indexOf(0));
    assertTrue(grid.end(grid.indexOf(Long.MAX_VALUE) - 2) > 0);
  }

  @ParameterizedTest
  @MethodSource("grids")
  void textReadsBack(Grid grid) {
    assertEquals(grid, Grid.parse(grid.toString()));
    assertEquals(grid.shape(), Grid.parse(grid.shape().toString()));
  }

  @ParameterizedTest
  @MethodSource("grids")
  void spacingIsTheMeanOverManyYears(Grid grid) {
    long from = grid.indexOf(Instant.parse("2100-01-01T00:00:00Z").toEpochMilli());
    long to = grid.indexOf(Instant.parse("2500-01-01T00:00:00Z").toEpochMilli());

    double mean = (double) (grid.end(to) - grid.end(from)) / (to - from);

    assertEquals(1, mean / grid.spacing().toMillis(), 1e-3);
  }

  @Test
  void afterTheLastStepOfFridayComesTheFirstOfMonday() {
    long fridayClose = at("2024-03-22T16:00", NEW_YORK);
    long index = MARKET.indexOf(fridayClose);

    assertEquals(fridayClose, MARKET.end(index));
    assertEquals(at("2024-03-25T10:30", NEW_YORK), MARKET.end(index + 1));
    assertEquals(index, MARKET.indexOf(at("2024-03-24T12:00", NEW_YORK)));
    assertEquals(index, MARKET.indexOf(at("2024-03-25T09:30", NEW_YORK)));
    assertEquals(index + 1, MARKET.indexOf(at("2024-03-25T09:31", NEW_YORK)));
    // Good Friday is closed; the last step of a session is the half hour to its close
    long thursday = MARKET.indexOf(at("2024-03-28T16:00", NEW_YORK));
    assertEquals(at("2024-03-28T15:30", NEW_YORK), MARKET.end(thursday - 1));
    assertEquals(at("2024-04-01T10:30", NEW_YORK) + 86_400_000, MARKET.end(thursday + 1));
  }

  @Test
  void aBusinessDayIsDatedByItsBeginningOrItsEnd() {
    long friday = BUSINESS_DAYS.indexOf(at("2024-03-22T00:00", BERLIN));

    assertEquals(friday + 1, BUSINESS_DAYS.indexOf(at("2024-03-25T00:00", BERLIN)));
    assertEquals(at("2024-03-25T00:00", BERLIN), BUSINESS_DAYS.end(friday + 1));
    assertEquals(
        BUSINESS_DAYS.indexOf(at("2024-03-23T00:00", BERLIN)),
        BUSINESS_DAYS.indexOf(at("2024-03-22T17:00", BERLIN)));
    // over Easter the clocks change too
    assertEquals(
        at("2024-04-02T00:00", BERLIN),
        BUSINESS_DAYS.end(1 + BUSINESS_DAYS.indexOf(at("2024-03-28T00:00", BERLIN))));
  }

  @Test
  void seasonsAreInTheWordsOfPeople() {
    Duration year = Duration.ofSeconds(31_556_952);
    Duration week = Duration.ofDays(7);

    assertEquals(12, new PeriodGrid(1, MONTHS, LocalDate.EPOCH, UTC).stepsIn(year));
    assertEquals(4, new PeriodGrid(3, MONTHS, LocalDate.EPOCH, UTC).stepsIn(year));
    assertEquals(52, new PeriodGrid(1, WEEKS, LocalDate.EPOCH, UTC).stepsIn(year));
    assertEquals(5, BUSINESS_DAYS.stepsIn(week));
    assertEquals(261, BUSINESS_DAYS.stepsIn(year));
    assertEquals(7, MARKET.stepsIn(Duration.ofDays(1)));
    assertEquals(35, MARKET.stepsIn(week));
    assertEquals(168, Grid.of(Duration.ofHours(1)).stepsIn(week));
  }

  @Test
  void laterHolidaysLeaveEarlierStepsAlone() {
    SessionGrid before =
        new SessionGrid(
            Duration.ofDays(1), WEEKDAYS, MIDNIGHT, MIDNIGHT, HOLIDAYS.subList(0, 3), BERLIN);
    long index = before.indexOf(at("2024-03-28T00:00", BERLIN));

    assertEquals(before.end(index), BUSINESS_DAYS.end(index));
    assertEquals(before.shape(), BUSINESS_DAYS.shape());
  }

  @Test
  void whatIsNoGridIsRefusedByKey() {
    for (String text : List.of("P1M", "PT0S", "x", "P0M 1970-01-01 UTC", "PT1H MONDAY 9-8 UTC")) {
      var refused = assertThrows(IllegalArgumentException.class, () -> Grid.parse(text));
      assertTrue(refused.getMessage().startsWith("step: " + text), refused.getMessage());
    }
  }

  private static long at(String local, ZoneId zone) {
    return java.time.LocalDateTime.parse(local).atZone(zone).toInstant().toEpochMilli();
  }
}
