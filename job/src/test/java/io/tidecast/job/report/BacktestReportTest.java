package io.tidecast.job.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.model.eval.BacktestRow;
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

  private static BacktestRow row(double mae) {
    return new BacktestRow("m", 1, 1, Map.of(Measure.MAE, mae), List.of(), List.of());
  }
}
