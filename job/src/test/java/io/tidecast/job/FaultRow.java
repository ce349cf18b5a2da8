package io.tidecast.job;

import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What became of a run that something happened to, beside an undisturbed one.
 *
 * @param scenario what happened
 * @param recordsIn published
 * @param forecasts committed
 * @param refused dead letters
 * @param lost origins without a forecast
 * @param doubled forecasts of an origin that has one
 * @param different forecasts that the undisturbed run does not have
 * @param secondsToRecover from the failure to the next checkpoint, which is the next commit
 */
record FaultRow(
    String scenario,
    int recordsIn,
    int forecasts,
    int refused,
    int lost,
    int doubled,
    int different,
    double secondsToRecover) {
  static final String HEAD =
      String.format(
          "%-52s %8s %9s %7s %5s %7s %9s %8s",
          "scenario", "records", "forecasts", "refused", "lost", "doubled", "different", "seconds");

  static FaultRow of(
      String scenario, int recordsIn, JobRun run, JobRun undisturbed, double secondsToRecover) {
    Set<String> expected = new HashSet<>(undisturbed.forecasts().all());
    List<String> found = run.forecasts().all();
    Set<String> origins = origins(found);
    Set<String> lost = origins(undisturbed.forecasts().all());
    lost.removeAll(origins);
    return new FaultRow(
        scenario,
        recordsIn,
        found.size(),
        run.deadLetters().all().size(),
        lost.size(),
        found.size() - origins.size(),
        (int) found.stream().filter(forecast -> !expected.contains(forecast)).count(),
        secondsToRecover);
  }

  private static Set<String> origins(List<String> forecasts) {
    Set<String> origins = new HashSet<>();
    for (String value : forecasts) {
      ForecastRecord forecast = ForecastJsonV1.read(value.getBytes(StandardCharsets.UTF_8));
      origins.add(forecast.series() + " " + forecast.origin());
    }
    return origins;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-52s %8d %9d %7d %5d %7d %9d %8.1f",
        scenario,
        recordsIn,
        forecasts,
        refused,
        lost,
        doubled,
        different,
        secondsToRecover);
  }
}
