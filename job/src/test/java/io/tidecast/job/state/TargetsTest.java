package io.tidecast.job.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tidecast.model.ClosedStep;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetsTest {
  private static final Targets TARGETS =
      new Targets(Map.of("load", new Targets.Target("grid", List.of("wind", "sun"))));

  private static SeriesStep step(String series, String group, float... covariates) {
    return new SeriesStep(series, group, new ClosedStep(7, 5, covariates));
  }

  @Test
  void stepOfThisConfigurationIsLeftAsItIs() {
    SeriesStep step = step("a/b/load", "grid", 1, 2);

    assertSame(step, TARGETS.conform(step).orElseThrow());
  }

  @Test
  void stepOfAnotherGroupComesOverWithItsValues() {
    SeriesStep conforming = TARGETS.conform(step("a/load", "load", 1, 2)).orElseThrow();

    assertEquals("grid", conforming.group());
    assertArrayEquals(new float[] {1, 2}, conforming.step().covariates());
  }

  @Test
  void otherCovariatesCountAsMissing() {
    SeriesStep conforming = TARGETS.conform(step("a/load", "grid", 1)).orElseThrow();

    assertEquals(5, conforming.step().value());
    assertArrayEquals(new float[] {Float.NaN, Float.NaN}, conforming.step().covariates());
  }

  @Test
  void seriesOfAVariableThatIsNotForecastHasNone() {
    assertEquals(Optional.empty(), TARGETS.conform(step("a/price", "grid", 1, 2)));
  }

  /** A list before prefixes, a longer prefix before a shorter one. */
  @ParameterizedTest
  @CsvSource({"N-1, grid.few", "N-2, grid.north", "N-2-1, grid.deep", "S-1, grid", "n-1, grid"})
  void streamsMayHaveModelsOfTheirOwn(String stream, String group) {
    Targets targets =
        new Targets(
            TARGETS.byName(),
            new Targets.Streams(Map.of("N-1", "few"), Map.of("N-", "north", "N-2-", "deep")));

    assertEquals(group, targets.of(stream + "/load").orElseThrow().group());
    assertEquals(
        group, targets.conform(step(stream + "/load", "grid", 1, 2)).orElseThrow().group());
  }

  @Test
  void shapeTellsCovariatesByNameAndOrder() {
    assertNotEquals(
        new Targets.Target("g", List.of("a", "b")).shape(),
        new Targets.Target("g", List.of("b", "a")).shape());
    assertEquals(
        new Targets.Target("g", List.of("a")).shape(),
        new Targets.Target("h", List.of("a")).shape());
  }
}
