package io.tidecast.job.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Stretch;
import io.tidecast.model.eval.Backtest;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitRowsTest {
  private static final Path FILE = Path.of("folder", "data.csv");

  @Test
  void rowsAreStepsFromTheFirstOfAllSeries() {
    List<Stretch> series =
        List.of(new Stretch("a", 109, new float[10][1]), new Stretch("b", 119, new float[15][1]));

    assertEquals(new Backtest.Split(112, 115, 118), SplitRows.parse("12, 3, 3").on(series));
    assertEquals(new SplitRows(12, 4, 4), SplitRows.of(FILE, series));
  }

  @Test
  void fileOfTooFewRowsIsRefusedByItsName() {
    List<Stretch> series = List.of(new Stretch("a", 109, new float[4][1]));

    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> SplitRows.of(FILE, series));

    assertTrue(refused.getMessage().startsWith("data.csv: 4 steps"), refused.getMessage());
  }

  @Test
  void moreRowsThanThereAreIsRefused() {
    List<Stretch> series = List.of(new Stretch("a", 109, new float[10][1]));

    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> SplitRows.parse("5,3,3").on(series));
    assertTrue(
        refused.getMessage().contains("5,3,3; accepted: at most the 10"), refused::getMessage);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1,2", "1,2,3,4", "a,b,c", "10,0,5", "-1,2,3"})
  void whatIsNotThreePositiveCountsIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> SplitRows.parse(text));
  }
}
