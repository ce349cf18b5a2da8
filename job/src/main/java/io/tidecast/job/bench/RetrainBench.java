package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.Phases;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * A job that is retrained at the end of every day of its data, from Kafka to Kafka beside an
 * embedded broker. Each day is published when all forecasts of the one before are out, and these
 * wait for its training: so one training follows the other, without a pause, for as long as is
 * asked for. Whatever lasts longer than a day of data, such as a leak, shows as a difference
 * between the first third of the days and the last.
 *
 * <p>Four weeks of some series are kept for training, and come before what is measured, so that
 * trainings are of one size; a drawn model serves until one of them wins.
 *
 * <pre>
 * keys, backend, format, horizon, hidden
 * processors      that this process may use
 * seconds, days   that were measured; three days at least
 * decisions       at the boundaries in that time, by kind; all but not-triggered and rolled-back
 *                 are trainings
 * first, last     third of the days:
 *   records
 *   taskCpuMicros      of a record, of the threads of all tasks but those that train
 *   secondsOfADay      mean
 *   residentMegabytes  of the process at the end of a day, mean; 0 where the system does not tell
 * taskCpuRatio, residentRatio
 *                 of the last to the first: 1 if nothing piles up
 * </pre>
 */
public final class RetrainBench {
  private static final int HOURS = 24;
  private static final int LEAST_KEPT = 28;

  /** About so many series: a training of all would leave little time for records. */
  private static final int TRAINED = 20;

  private final BenchOptions options;
  private final Duration lasting;
  private final int daysKept;
  private final Phases phases;
  private final List<Day> days = new ArrayList<>();
  private final ThisProcess.TaskThreads tasks = new ThisProcess.TaskThreads();
  private long hour = GeneratedLoad.FIRST;

  private record Day(double seconds, long cpuNanos, double residentMegabytes) {}

  /**
   * @param lasting days begin until so much time has passed
   */
  public RetrainBench(BenchOptions options, Duration lasting, Phases phases) {
    this.options = options;
    this.lasting = lasting;
    daysKept = Math.max(LEAST_KEPT, options.horizon() / HOURS + 3);
    this.phases = phases;
  }

  /** Starts everything, measures, and leaves nothing behind. */
  public ObjectNode run() throws Exception {
    Path directory = Files.createTempDirectory("tidecast-bench");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      return run(directory, kafka.bootstrapServers());
    } finally {
      JobBench.delete(directory);
    }
  }

  private ObjectNode run(Path directory, String servers) throws Exception {
    JobConfig config = options.retrainedConfig("bench-retrain", servers, HOURS, daysKept, TRAINED);
    ForecastJob job =
        new ForecastJob(
            config, new JobParts(config).trainer(), DrawnModel.champions(config, directory));
    try (Lane lane = new Lane(config, options.keys(), directory.resolve("job"), job::addTo)) {
      fill(lane);
      Instant from = GeneratedLoad.time(hour);
      measure(lane);
      return result(config, from);
    }
  }

  private void fill(Lane lane) throws Exception {
    int before = daysKept + 2;
    try (Phases.Phase phase = phases.begin("filling", before)) {
      for (int day = 1; day <= before; day++) {
        day(lane);
        phase.at(day, "");
      }
    }
  }

  private void measure(Lane lane) throws Exception {
    long began = System.nanoTime();
    try (Phases.Phase phase = phases.begin("retraining", lasting.toSeconds())) {
      for (long passed = 0; passed < lasting.toNanos() || days.size() < 3; ) {
        long cpu = tasks.cpuNanos();
        double seconds = day(lane);
        days.add(new Day(seconds, tasks.cpuNanos() - cpu, ThisProcess.residentMegabytes()));
        passed = System.nanoTime() - began;
        phase.at(Math.min(lasting.toSeconds(), passed / 1_000_000_000), days.size() + " days");
      }
    }
  }

  /** Returns the seconds it took. */
  private double day(Lane lane) throws Exception {
    long began = System.nanoTime();
    LoadPublisher.Hours hours = new LoadPublisher.Hours(hour, HOURS, 1);
    lane.run(hours, Phases.SILENT.begin("", 1));
    hour = hours.next();
    return (System.nanoTime() - began) * 1e-9;
  }

  private ObjectNode result(JobConfig config, Instant from) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "retrain").put("keys", options.keys());
    result.put("backend", options.backend().label()).put("format", options.format().toString());
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("processors", Runtime.getRuntime().availableProcessors());
    result.put("seconds", Meter.rounded(mean(days, Day::seconds) * days.size()));
    result.put("days", days.size());
    ObjectNode kinds = result.putObject("decisions");
    decisions(config, from).forEach(kinds::put);
    List<Day> first = days.subList(0, days.size() / 3);
    List<Day> last = days.subList(days.size() - days.size() / 3, days.size());
    result.set("first", part(first));
    result.set("last", part(last));
    result.put("taskCpuRatio", ratio(first, last, Day::cpuNanos));
    return result.put("residentRatio", ratio(first, last, Day::residentMegabytes));
  }

  /** How many were made at boundaries after a time, by kind. */
  private static Map<String, Integer> decisions(JobConfig config, Instant from) {
    Map<String, Integer> decisions = new TreeMap<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().model(),
        record -> {
          ModelRecord decision = ModelJsonV1.read(record.value());
          String key = new String(record.key(), StandardCharsets.UTF_8);
          if (key.equals(decision.decisionKey()) && !decision.boundary().isBefore(from)) {
            decisions.merge(decision.decision(), 1, Integer::sum);
          }
        });
    return decisions;
  }

  private ObjectNode part(List<Day> part) {
    long records = (long) part.size() * HOURS * options.keys();
    return JsonNodeFactory.instance
        .objectNode()
        .put("records", records)
        .put(
            "taskCpuMicros", Meter.rounded(mean(part, Day::cpuNanos) * part.size() / 1e3 / records))
        .put("secondsOfADay", Meter.rounded(mean(part, Day::seconds)))
        .put("residentMegabytes", Meter.rounded(mean(part, Day::residentMegabytes)));
  }

  private static BigDecimal ratio(List<Day> first, List<Day> last, ToDoubleFunction<Day> of) {
    double before = mean(first, of);
    return Meter.rounded(before == 0 ? 1 : mean(last, of) / before);
  }

  private static double mean(List<Day> part, ToDoubleFunction<Day> of) {
    return part.stream().mapToDouble(of).average().orElseThrow();
  }
}
