package io.tidecast.job.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.model.eval.BacktestRow;
import io.tidecast.model.eval.DieboldMariano;
import io.tidecast.model.eval.Measure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BacktestReportTest {
  @Test
  void theWorstSeriesIsThatOfTheLargestRatio() {
    Map<String, BacktestRow> persistence = Map.of("a", row(1), "b", row(1), "c", row(0));

    String worst =
        BacktestReport.worst(Map.of("a", row(9), "b", row(12.5), "c", row(1)), persistence);

    assertEquals("12.5000", worst);
    assertEquals("-", BacktestReport.worst(Map.of("c", row(1)), persistence));
  }

  @Test
  void aDifferenceIsNamedOnlyIfChanceAloneSeldomGivesIt() {
    assertEquals(
        "tidecast is better than drift in scaled CRPS: Diebold-Mariano -5.2, p < 0.001, 2,857 origins",
        words(-5.21, 2e-7));
    assertEquals(
        "tidecast is worse than drift in scaled CRPS: Diebold-Mariano 2.1, p = 0.040, 2,857 origins",
        words(2.06, 0.0396));
    assertEquals(
        "tidecast is not told from drift in scaled CRPS: Diebold-Mariano -1.5, p = 0.134,"
            + " 2,857 origins",
        words(-1.5, 0.134));
    assertEquals(
        "tidecast is not told from drift in scaled CRPS: Diebold-Mariano -, 2,857 origins",
        words(Double.NaN, Double.NaN));
  }

  private static String words(double statistic, double p) {
    return BacktestReport.words("tidecast", "drift", new DieboldMariano(statistic, p, 2857));
  }

  private static BacktestRow row(double mae) {
    return new BacktestRow("m", 1, 1, Map.of(Measure.MAE, mae), List.of(), List.of());
  }
}
