package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.Phases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The whole job, from Kafka to Kafka, exactly once, beside a job that passes records through: in
 * one process with an embedded broker, in turns, each at parallelism 1 with the product's settings.
 *
 * <p>First the series are filled: a sparse past, bridged by masked steps, fills their history, a
 * horizon of hours their pending forecasts. A drawn model serves from the start; nothing is
 * trained. Then both jobs warm up in turns, until the compilers of the JVM hardly have anything to
 * do, by three times as many records as are measured and for two minutes at most: a job runs for
 * months, and what it is compiled by is no part of what a record costs.
 *
 * <pre>
 * keys, records, backend, format, horizon, hidden
 * hoursBefore           of each series in a row before the rounds
 * compilingShare        of the processor time of the rounds, about: how warm they were
 * processors            that this process may use, for broker, jobs and producers together
 * passThroughPerSecond  median of the rounds: three, or as many as a series has records
 * forecastsPerSecond    median of the rounds
 * ratio                 median of the rounds' ratios
 * passThroughCpuMicros, forecastsCpuMicros, cpuRatio
 *                       the same by processor time of the whole process, broker included, which
 *                       holds where others use the machine too
 * latencyMillis         at half that rate: from the broker's append of an observation to that of
 *                       its forecast (uncommitted), and to a reader of committed records;
 *                       the most of the former for each second of the load: what comes every ten
 *                       seconds is checkpoints
 * bytes                 by topic: records, bytes of a value, and on the broker's disk of each record
 * state                 all of the job's: bytes, seconds to write it (a savepoint in the backend's
 *                       own format, nothing incremental), and from the start of a job on it to its
 *                       first forecast
 * </pre>
 */
public final class JobBench {
  private static final int ROUNDS = 3;

  /** Records that fill the past and the present of series, which are less for each of very many. */
  private static final int FILLED = 250_000;

  private static final int WARMED = 500_000;

  /** Records of a part of the warm-up, unless there are more series. */
  private static final int WARM_PART = 200_000;

  /** Times as many records as are measured, at most. */
  private static final int WARM_TIMES = 3;

  private static final long WARM_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final double WARM = 0.03;

  /** More than fit a producer's batch. */
  private static final int SAMPLES = 1_000;

  private final BenchOptions options;
  private final Phases phases;
  private final Lane.Pace[] passed;
  private final Lane.Pace[] forecast;
  private final ThisProcess.Compilers compilers = new ThisProcess.Compilers();
  private int hoursBefore;
  private double compilingShare;

  public JobBench(BenchOptions options, Phases phases) {
    this.options = options;
    this.phases = phases;
    int rounds = Math.min(ROUNDS, options.records() / options.keys());
    passed = new Lane.Pace[rounds];
    forecast = new Lane.Pace[rounds];
  }

  /** Starts everything, measures, and leaves nothing behind. */
  public ObjectNode run() throws Exception {
    Path directory = Files.createTempDirectory("tidecast-bench");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      return run(directory, kafka.bootstrapServers());
    } finally {
      delete(directory);
    }
  }

  private ObjectNode run(Path directory, String servers) throws Exception {
    JobConfig config = options.jobConfig("bench", servers);
    ForecastJob job =
        new ForecastJob(
            config, new JobParts(config).trainer(), DrawnModel.champions(config, directory));
    try (Lane full = new Lane(config, options.keys(), directory.resolve("full"), job::addTo)) {
      long hour = fill(full);
      PassThrough passThrough =
          new PassThrough(
              last(full, config.kafkaConfig().topics().forecast()),
              last(full, config.kafkaConfig().topics().evaluation()),
              config.evaluationSteps());
      JobConfig other = options.jobConfig("bench-pass", servers);
      try (Lane pass =
          new Lane(other, options.keys(), directory.resolve("pass"), passThrough::addTo)) {
        hour = measure(full, pass, hour);
      }
      ObjectNode result = rates();
      double half = median(forecast, Lane.Pace::perSecond) / 2;
      long steady = Math.min(options.records(), (long) (half * Latency.SECONDS));
      result.set("latencyMillis", new Latency(full).measure(hour, half, steady));
      result.set("bytes", bytes(full));
      result.set("state", state(full, hour + steady / options.keys() + 1));
      return result;
    }
  }

  private ObjectNode state(Lane full, long hour) throws Exception {
    try (Phases.Phase phase = phases.begin("restarting", 1)) {
      Lane.Snapshot snapshot = full.restart(new LoadPublisher.Hours(hour, 1, 1));
      phase.at(1, snapshot.bytes() + " bytes");
      return JsonNodeFactory.instance
          .objectNode()
          .put("bytes", snapshot.bytes())
          .put("writeSeconds", Meter.rounded(snapshot.seconds()))
          .put("restoreSeconds", Meter.rounded(snapshot.restoreSeconds()));
    }
  }

  /** Returns the hour to go on from. */
  private long fill(Lane full) throws Exception {
    int spacing = full.config().maxGapSteps() + 1;
    int enough = (full.config().series().history() + spacing - 1) / spacing;
    int sparse = Math.min(enough, Math.max(1, FILLED / options.keys()));
    int period = full.config().evaluationSteps();
    hoursBefore = Math.min(options.horizon() + period + 1, Math.max(2, WARMED / options.keys()));
    // with the last of the present a period ends: so there are evaluations, of however few hours
    int hours = (sparse - 1) * spacing + hoursBefore;
    long first = GeneratedLoad.FIRST - Math.floorMod(GeneratedLoad.FIRST + hours, (long) period);
    LoadPublisher.Hours past = new LoadPublisher.Hours(first, sparse, spacing);
    LoadPublisher.Hours present = new LoadPublisher.Hours(past.next(), hoursBefore, 1);
    try (Phases.Phase phase = phases.begin("filling", (long) sparse * options.keys())) {
      full.run(past, phase);
    }
    try (Phases.Phase phase = phases.begin("warming up", (long) hoursBefore * options.keys())) {
      full.run(present, phase);
    }
    return present.next();
  }

  private long measure(Lane full, Lane pass, long from) throws Exception {
    int hours = options.records() / options.keys() / passed.length;
    long hour = warmUp(full, pass, from);
    compilers.begin();
    for (int round = 0; round < passed.length; round++) {
      LoadPublisher.Hours part = new LoadPublisher.Hours(hour, hours, 1);
      passed[round] = run("pass-through", pass, part);
      forecast[round] = run("forecasts", full, part);
      hour = part.next();
    }
    compilingShare = compilers.share();
    return hour;
  }

  /** Once at least, in parts that are no longer than a round; very many series are warm by then. */
  private long warmUp(Lane full, Lane pass, long from) throws Exception {
    int rounds = options.records() / options.keys() / passed.length;
    int hours = Math.max(1, Math.min(rounds, WARM_PART / options.keys()));
    long end = System.nanoTime() + WARM_NANOS;
    long lastHour = from + (long) WARM_TIMES * (options.records() / options.keys());
    long hour = from;
    do {
      compilers.begin();
      LoadPublisher.Hours part = new LoadPublisher.Hours(hour, hours, 1);
      run("pass-through, warming up", pass, part);
      if (options.keys() <= WARM_PART) {
        run("forecasts, warming up", full, part);
        hoursBefore += hours;
        hour = part.next();
      }
    } while (hour > from && hour < lastHour && compilers.share() > WARM && System.nanoTime() < end);
    return hour;
  }

  private Lane.Pace run(String name, Lane lane, LoadPublisher.Hours hours) throws Exception {
    try (Phases.Phase phase = phases.begin(name, (long) hours.count() * options.keys())) {
      return lane.run(hours, phase);
    }
  }

  private ObjectNode rates() {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "job").put("keys", options.keys()).put("records", options.records());
    result.put("backend", options.backend().label()).put("format", options.format().toString());
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("hoursBefore", hoursBefore).put("compilingShare", Meter.rounded(compilingShare));
    result.put("processors", Runtime.getRuntime().availableProcessors());
    putMedians(result, "PerSecond", Lane.Pace::perSecond);
    result.put("ratio", Meter.rounded(medianRatio(forecast, passed, Lane.Pace::perSecond)));
    putMedians(result, "CpuMicros", Lane.Pace::cpuMicros);
    return result.put(
        "cpuRatio", Meter.rounded(medianRatio(passed, forecast, Lane.Pace::cpuMicros)));
  }

  private void putMedians(ObjectNode result, String what, ToDoubleFunction<Lane.Pace> of) {
    result.put("passThrough" + what, Meter.rounded(median(passed, of)));
    result.put("forecasts" + what, Meter.rounded(median(forecast, of)));
  }

  private static double median(Lane.Pace[] paces, ToDoubleFunction<Lane.Pace> of) {
    return median(Arrays.stream(paces).mapToDouble(of).toArray());
  }

  private static double medianRatio(
      Lane.Pace[] above, Lane.Pace[] below, ToDoubleFunction<Lane.Pace> of) {
    double[] ratios = new double[above.length];
    Arrays.setAll(ratios, i -> of.applyAsDouble(above[i]) / of.applyAsDouble(below[i]));
    return median(ratios);
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static byte[][] last(Lane lane, String topic) {
    try (TopicWatch watch = lane.watch(topic)) {
      return watch.last(SAMPLES, watch.end()).stream()
          .map(ConsumerRecord::value)
          .toArray(byte[][]::new);
    }
  }

  private static ObjectNode bytes(Lane lane) throws InterruptedException {
    ObjectNode bytes = JsonNodeFactory.instance.objectNode();
    var topics = lane.config().kafkaConfig().topics();
    for (String topic : List.of(topics.observation(), topics.forecast(), topics.evaluation())) {
      try (TopicWatch watch = lane.watch(topic)) {
        long end = watch.end();
        long records = watch.count(0, end);
        double value =
            watch.last(1_000, end).stream()
                .mapToInt(record -> record.value().length)
                .average()
                .orElse(0);
        ObjectNode one = bytes.putObject(topic);
        one.put("records", records).put("perValue", Meter.rounded(value));
        one.put("storedPerRecord", Meter.rounded((double) watch.storedBytes() / records));
      }
    }
    return bytes;
  }

  static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(directory)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.deleteIfExists(file);
    }
  }
}
