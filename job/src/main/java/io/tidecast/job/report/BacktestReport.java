package io.tidecast.job.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.job.offline.Account;
import io.tidecast.job.offline.BacktestRun;
import io.tidecast.job.offline.GroupResult;
import io.tidecast.job.state.Decision;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.eval.Backtest;
import io.tidecast.model.eval.BacktestRow;
import io.tidecast.model.eval.DieboldMariano;
import io.tidecast.model.eval.Measure;
import io.tidecast.model.eval.Method;
import io.tidecast.model.train.TrainingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Results as a table for people and as JSON. */
public final class BacktestReport {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final List<Measure> WITH_UNIT = List.of(Measure.MSE, Measure.MAE, Measure.CRPS);
  private static final List<Measure> WITHOUT_UNIT =
      Stream.of(Measure.values()).filter(one -> !WITH_UNIT.contains(one)).toList();

  /** Less probable than this by chance alone is a difference. */
  private static final double NOISE = 0.05;

  private final List<GroupResult> groups;

  BacktestReport(List<GroupResult> groups) {
    this.groups = groups;
  }

  /** Carries out a run, which takes as long as its trainings do, and keeps what it measured. */
  public static BacktestReport of(BacktestRun run) throws IOException {
    return new BacktestReport(run.results());
  }

  List<GroupResult> groups() {
    return groups;
  }

  /** Tables per group: errors in its unit, those without one, and by lead. */
  public String table() {
    StringBuilder text = new StringBuilder();
    for (GroupResult group : groups) {
      Table table = new Table(header(group));
      group.methods().forEach(result -> table.add(cells(result, group)));
      text.append(group.group()).append('\n').append(table).append('\n');
      Table scaled = new Table(header(WITHOUT_UNIT));
      group.methods().forEach(result -> scaled.add(cells(result, WITHOUT_UNIT)));
      text.append("without a unit\n").append(scaled).append('\n');
      Table leads = new Table(leadHeader(group));
      group.methods().forEach(result -> leads.add(leadCells(result, group)));
      text.append("MAE by lead\n").append(leads).append('\n');
      comparisons(group).forEach(line -> text.append(line).append('\n'));
      text.append(byQuarter(group)).append(byHour(group));
      group.remarks().forEach(remark -> text.append(remark).append('\n'));
    }
    return text.toString();
  }

  private static String byQuarter(GroupResult group) {
    StringBuilder text = new StringBuilder();
    for (double share : group.methods().get(0).coverageByQuarter().get(0)) {
      text.append(text.isEmpty() ? "" : ", ");
      text.append(Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.3f", share));
    }
    String interval = interval(group.config().levels(), 0);
    return "%s interval by quarter of the test part: holds %s%n".formatted(interval, text);
  }

  /** Where in the day the widest interval of the forecaster holds least and most. */
  private static String byHour(GroupResult group) {
    List<Double> coverage = group.methods().get(0).coverageByHour().get(0);
    int least = -1;
    int most = -1;
    for (int hour = 0; hour < coverage.size(); hour++) {
      if (!Double.isNaN(coverage.get(hour))) {
        least = least < 0 || coverage.get(hour) < coverage.get(least) ? hour : least;
        most = most < 0 || coverage.get(hour) > coverage.get(most) ? hour : most;
      }
    }
    if (least == most) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "%s interval by hour of day (UTC): holds least at %d h, %.3f; most at %d h, %.3f%n%n",
        interval(group.config().levels(), 0),
        least,
        coverage.get(least),
        most,
        coverage.get(most));
  }

  /** The forecaster beside what was made elsewhere and the best of the simple methods. */
  private static List<String> comparisons(GroupResult group) {
    List<String> lines = new ArrayList<>();
    Backtest.Result own = group.methods().get(0);
    for (Backtest.Result other : group.rivals()) {
      DieboldMariano test = own.losses().against(other.losses());
      lines.add(words(own.total().method(), other.total().method(), test));
    }
    return lines;
  }

  /** Of a test that is undefined a dash: too few origins, or no difference at any. */
  static String words(String own, String other, DieboldMariano test) {
    String verdict = test.statistic() < 0 ? "better than" : "worse than";
    boolean isUndefined = Double.isNaN(test.statistic());
    String found =
        isUndefined ? "-" : String.format(Locale.ROOT, "%.1f, p %s", test.statistic(), p(test));
    return String.format(
        Locale.ROOT,
        "%s is %s %s in scaled CRPS: Diebold-Mariano %s, %,d origins",
        own,
        test.p() < NOISE ? verdict : "not told from",
        other,
        found,
        test.origins());
  }

  private static String p(DieboldMariano test) {
    return test.p() < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "= %.3f", test.p());
  }

  private static List<String> header(GroupResult group) {
    List<String> header = new ArrayList<>(List.of("method", "horizon", "windows"));
    WITH_UNIT.forEach(measure -> header.add(measure.label()));
    for (int i = 0; i < group.config().levels().intervals(); i++) {
      header.add(interval(group.config().levels(), i) + " cover");
      header.add("width");
    }
    header.add("MAE/persist.");
    if (group.methods().get(0).bySeries().size() > 1) {
      header.add("worst");
    }
    return header;
  }

  private static List<String> header(List<Measure> measures) {
    List<String> header = new ArrayList<>(List.of("method"));
    measures.forEach(measure -> header.add(measure.label()));
    return header;
  }

  private static List<String> cells(Backtest.Result result, List<Measure> measures) {
    List<String> cells = new ArrayList<>(List.of(result.total().method()));
    measures.forEach(measure -> cells.add(number(result.total().get(measure))));
    return cells;
  }

  private static List<String> cells(Backtest.Result result, GroupResult group) {
    BacktestRow row = result.total();
    List<String> cells = new ArrayList<>();
    cells.add(row.method());
    cells.add(Integer.toString(row.horizon()));
    cells.add(Long.toString(row.windows()));
    WITH_UNIT.forEach(measure -> cells.add(number(row.get(measure))));
    for (int i = 0; i < row.coverage().size(); i++) {
      cells.add(String.format(Locale.ROOT, "%.3f", row.coverage().get(i)));
      cells.add(number(row.width().get(i)));
    }
    Backtest.Result persistence = group.method(Method.PERSISTENCE);
    cells.add(ratio(row, persistence.total()));
    if (result.bySeries().size() > 1) {
      cells.add(worst(result.bySeries(), persistence.bySeries()));
    }
    return cells;
  }

  private static String ratio(BacktestRow row, BacktestRow to) {
    return ratio(row.mae() / to.mae());
  }

  private static String ratio(double ratio) {
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.4f", ratio) : "-";
  }

  /** Of the series that does worst beside persistence; those that it makes no error in are none. */
  static String worst(Map<String, BacktestRow> series, Map<String, BacktestRow> persistence) {
    return ratio(
        series.entrySet().stream()
            .mapToDouble(one -> one.getValue().mae() / persistence.get(one.getKey()).mae())
            .filter(Double::isFinite)
            .max()
            .orElse(Double.NaN));
  }

  private static List<Integer> leads(GroupResult group) {
    int horizon = group.config().horizon();
    TreeSet<Integer> leads = new TreeSet<>(List.of(1, horizon));
    for (int lead : new int[] {2, 3, 6, 12, 24, 48, 96, 168, 336}) {
      if (lead < horizon) {
        leads.add(lead);
      }
    }
    return List.copyOf(leads);
  }

  private static List<String> leadHeader(GroupResult group) {
    List<String> header = new ArrayList<>(List.of("method"));
    leads(group).forEach(lead -> header.add(Integer.toString(lead)));
    return header;
  }

  private static List<String> leadCells(Backtest.Result result, GroupResult group) {
    List<String> cells = new ArrayList<>(List.of(result.total().method()));
    leads(group).forEach(lead -> cells.add(number(result.byLead().get(lead - 1).mae())));
    return cells;
  }

  /** Four significant digits without an exponent for what is neither tiny nor huge. */
  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    if (size > 0 && (size < 1e-6 || size >= 1e10)) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    int digits = size == 0 ? 0 : Math.max(0, Math.min(7, 3 - (int) Math.floor(Math.log10(size))));
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  private static String interval(QuantileLevels levels, int i) {
    return Math.round(100 * nominal(levels, i)) + " %";
  }

  private static double nominal(QuantileLevels levels, int i) {
    return Math.round(1e6 * (levels.get(levels.size() - 1 - i) - levels.get(i))) / 1e6;
  }

  /** Writes everything as one JSON object. */
  public void writeJson(Path file, Account.OfFile read) throws IOException {
    ObjectNode json = json();
    ObjectNode values = json.putObject("values");
    read.groups().forEach((group, account) -> values.set(group, MAPPER.valueToTree(account)));
    json.set("refusedRows", MAPPER.valueToTree(read.refused()));
    json.set("coarse", MAPPER.valueToTree(read.coarse()));
    json.set("absent", MAPPER.valueToTree(read.absent()));
    Files.writeString(file, json.toPrettyString() + "\n");
  }

  public ObjectNode json() {
    ObjectNode json = MAPPER.createObjectNode();
    ArrayNode rows = json.putArray("rows");
    ArrayNode trainings = json.putArray("trainings");
    ArrayNode decisions = json.putArray("decisions");
    ArrayNode remarks = json.putArray("remarks");
    for (GroupResult group : groups) {
      for (Backtest.Result result : group.methods()) {
        addRow(rows.addObject(), group, result);
      }
      group
          .trainings()
          .forEach((name, report) -> addTraining(trainings.addObject(), group, name, report));
      group.remarks().forEach(remarks::add);
      group
          .decisions()
          .forEach(
              (name, all) -> all.forEach(one -> addDecision(decisions.addObject(), name, one)));
    }
    return json;
  }

  private static void addRow(ObjectNode json, GroupResult group, Backtest.Result result) {
    QuantileLevels levels = group.config().levels();
    json.put("group", group.group());
    json.put("method", result.total().method());
    json.put("horizon", result.total().horizon());
    addMeasures(json, result.total(), levels);
    ObjectNode reliability = json.putObject("reliability");
    for (int j = 0; j < levels.size(); j++) {
      reliability.put(Double.toString(levels.get(j)), result.reliability().get(j));
    }
    addCoverage(json.putObject("coverageByHour"), result.coverageByHour(), levels);
    addCoverage(json.putObject("coverageByQuarter"), result.coverageByQuarter(), levels);
    ArrayNode leads = json.putArray("leads");
    for (BacktestRow row : result.byLead()) {
      addMeasures(leads.addObject().put("lead", row.horizon()), row, levels);
    }
    if (result != group.methods().get(0)) {
      addTest(json, group.methods().get(0).losses().against(result.losses()));
    }
    ObjectNode anomalies = json.putObject("anomalies");
    result.anomalies().forEach((cause, count) -> anomalies.put(cause.label(), count));
    ArrayNode series = json.putArray("series");
    for (Map.Entry<String, BacktestRow> one : result.bySeries().entrySet()) {
      addMeasures(series.addObject().put("series", one.getKey()), one.getValue(), levels);
    }
  }

  /** Of the forecaster against this row's method: negative where the forecaster is better. */
  private static void addTest(ObjectNode json, DieboldMariano test) {
    ObjectNode dieboldMariano = json.putObject("dieboldMariano");
    put(dieboldMariano, "statistic", test.statistic());
    put(dieboldMariano, "p", test.p());
    dieboldMariano.put("origins", test.origins());
  }

  private static void addCoverage(
      ObjectNode json, List<List<Double>> shares, QuantileLevels levels) {
    for (int i = 0; i < levels.intervals(); i++) {
      ArrayNode coverage = json.putArray(Double.toString(nominal(levels, i)));
      for (double share : shares.get(i)) {
        coverage.add(Double.isFinite(share) ? Double.valueOf(share) : null);
      }
    }
  }

  private static void addMeasures(ObjectNode json, BacktestRow row, QuantileLevels levels) {
    json.put("windows", row.windows());
    for (Measure measure : Measure.values()) {
      put(json, measure.key(), row.get(measure));
    }
    ObjectNode coverage = json.putObject("coverage");
    ObjectNode width = json.putObject("width");
    for (int i = 0; i < levels.intervals(); i++) {
      String interval = Double.toString(nominal(levels, i));
      put(coverage, interval, row.coverage().get(i));
      put(width, interval, row.width().get(i));
    }
  }

  /** JSON has no NaN: what is undefined is null. */
  private static void put(ObjectNode json, String name, double value) {
    json.put(name, Double.isFinite(value) ? Double.valueOf(value) : null);
  }

  private static void addTraining(
      ObjectNode json, GroupResult group, String name, TrainingReport report) {
    json.put("group", group.group());
    json.put("method", name);
    TrainingReports.addTo(json, report);
  }

  private static void addDecision(ObjectNode json, String name, Decision decision) {
    json.put("group", decision.group());
    json.put("method", name);
    json.put("boundary", Instant.ofEpochMilli(decision.boundary()).toString());
    json.put("validFrom", Instant.ofEpochMilli(decision.validFrom()).toString());
    json.put("decision", decision.outcome().kind().label());
    json.put("version", decision.version());
    json.put("reason", decision.outcome().reason());
    put(json, "pinball", decision.outcome().losses().challenger());
    put(json, "championPinball", decision.outcome().losses().champion());
    put(json, "naivePinball", decision.outcome().losses().naive());
  }
}
