package io.tidecast.job.store;

import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.record.Names;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.EvaluationJsonV1;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.connectors.serde.ObservationJsonV1;
import io.tidecast.connectors.serde.RecordBytes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What the forecasting job would have written for stations with a daily cycle, hour by hour: the
 * forecasts know the cycle and not the noise, so their errors and coverages are those of a sound
 * forecaster. The same arguments give the same records.
 *
 * @param prefix what the streams' names begin with
 * @param variable what is measured
 * @param stations number of them; each has one series, {@code <prefix><n>/<variable>}
 * @param end newest origin, on the hour
 * @param hours number of origins of each series
 * @param horizon leads
 * @param base what all values lie above, and what the quantiles of forecasts are told from
 */
public record TopicData(
    String prefix,
    String variable,
    int stations,
    Instant end,
    int hours,
    int horizon,
    double base) {
  public static final String VARIABLE = "temperature";
  private static final Duration STEP = Duration.ofHours(1);
  private static final int SEASON = 24;
  private static final List<Double> LEVELS = List.of(0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95);
  private static final double[] NORMAL_QUANTILES = {
    -1.6449, -1.2816, -0.6745, 0, 0.6745, 1.2816, 1.6449
  };
  private static final double NOISE = 0.8;

  public TopicData(int stations, Instant end, int hours, int horizon) {
    this("S", VARIABLE, stations, end, hours, horizon, 0);
  }

  /** The same with other names. */
  public TopicData named(String prefix, String variable) {
    return new TopicData(prefix, variable, stations, end, hours, horizon, base);
  }

  /** The same, but so high that single precision is not enough. */
  public TopicData above(double base) {
    return new TopicData(prefix, variable, stations, end, hours, horizon, base);
  }

  /** The model group of all series. */
  public String group() {
    return Names.toGroup(variable);
  }

  public String series(int station) {
    return prefix + station + "/" + variable;
  }

  public List<ObservationRecord> observations() {
    List<ObservationRecord> records = new ArrayList<>();
    for (int hour = 0; hour < hours; hour++) {
      for (int station = 0; station < stations; station++) {
        records.add(
            new ObservationRecord(
                prefix + station, time(hour), Map.of(variable, value(station, hour))));
      }
    }
    return records;
  }

  public List<ForecastRecord> forecasts() {
    List<ForecastRecord> records = new ArrayList<>();
    for (int hour = 0; hour < hours; hour++) {
      for (int station = 0; station < stations; station++) {
        records.add(forecast(station, hour));
      }
    }
    return records;
  }

  /** A forecast of every series for every hour: the unit of what the store has to keep up with. */
  public ForecastRecord forecast(int station, int hour) {
    float[][] quantiles = new float[LEVELS.size()][horizon];
    for (int level = 0; level < LEVELS.size(); level++) {
      for (int lead = 1; lead <= horizon; lead++) {
        quantiles[level][lead - 1] = (float) aboveBase(station, hour + lead, level);
      }
    }
    return new ForecastRecord(
        series(station),
        time(hour),
        STEP,
        horizon,
        List.of(),
        LEVELS,
        quantiles,
        base,
        version(hour),
        version(hour).isEmpty() ? "naive" : "model");
  }

  /**
   * Of each hour's target, the errors of all forecasts of it, by lead; with the digits that the
   * topic has.
   */
  public List<EvaluationRecord> evaluations() {
    List<EvaluationRecord> records = new ArrayList<>();
    for (int hour = 1; hour < hours; hour++) {
      for (int station = 0; station < stations; station++) {
        for (String version : versions()) {
          evaluation(station, hour, version, records);
        }
      }
    }
    return records.stream().map(e -> EvaluationJsonV1.read(EvaluationJsonV1.write(e))).toList();
  }

  private void evaluation(int station, int hour, String version, List<EvaluationRecord> out) {
    int intervals = LEVELS.size() / 2;
    int[] count = new int[horizon];
    double[] absolute = new double[horizon];
    double[] squared = new double[horizon];
    double[] pinball = new double[horizon];
    int[][] inside = new int[intervals][horizon];
    double[][] width = new double[intervals][horizon];
    double[] naive = new double[horizon];
    double[] naivePinball = new double[horizon];
    double[] persistence = new double[horizon];
    double[] size = new double[horizon];
    double target = value(station, hour);
    int scored = 0;
    for (int lead = 1; lead <= Math.min(horizon, hour); lead++) {
      if (!version(hour - lead).equals(version)) {
        continue;
      }
      int i = lead - 1;
      double error = target - base - (float) aboveBase(station, hour, LEVELS.size() / 2);
      scored++;
      count[i] = 1;
      absolute[i] = Math.abs(error);
      squared[i] = error * error;
      pinball[i] = pinball(station, hour, target);
      for (int j = 0; j < intervals; j++) {
        double lower = quantile(station, hour, j);
        double upper = quantile(station, hour, LEVELS.size() - 1 - j);
        inside[j][i] = target >= lower && target <= upper ? 1 : 0;
        width[j][i] = upper - lower;
      }
      naive[i] = Math.abs(target - value(station, hour - SEASON));
      naivePinball[i] = naive[i] / 2;
      size[i] = Math.abs(target);
      persistence[i] = Math.abs(target - value(station, hour - lead));
    }
    if (scored > 0) {
      out.add(
          new EvaluationRecord(
              series(station),
              time(hour),
              STEP,
              STEP,
              version,
              LEVELS,
              count,
              absolute,
              squared,
              pinball,
              inside,
              width,
              naive,
              naivePinball,
              persistence,
              // the first station's are of a version that did not sum them up
              station == 0 ? new double[0] : size));
    }
  }

  private double pinball(int station, int hour, double target) {
    double sum = 0;
    for (int level = 0; level < LEVELS.size(); level++) {
      double error = target - quantile(station, hour, level);
      sum += Math.max(LEVELS.get(level) * error, (LEVELS.get(level) - 1) * error);
    }
    return sum / LEVELS.size();
  }

  /** Of each series one that turned out to be a spike, and one of which nothing was forecast. */
  public List<AnomalyRecord> anomalies() {
    List<AnomalyRecord> records = new ArrayList<>();
    for (int station = 0; station < stations; station++) {
      records.add(spike(station, "unknown"));
      records.add(spike(station, "spike"));
      records.add(
          new AnomalyRecord(
              series(station), time(hours / 2), 4, null, null, null, 0, "none", 7, "stuck"));
    }
    return records;
  }

  private AnomalyRecord spike(int station, String cause) {
    int hour = hours - 5;
    return new AnomalyRecord(
        series(station),
        time(hour),
        quantile(station, hour, LEVELS.size() - 1) + 30,
        quantile(station, hour, 0),
        quantile(station, hour, LEVELS.size() / 2),
        quantile(station, hour, LEVELS.size() - 1),
        24.5,
        "above",
        1,
        cause);
  }

  /** One decision for each version, and one that keeps the last. */
  public List<ModelRecord> decisions() {
    List<ModelRecord> records = new ArrayList<>();
    List<String> versions = versions();
    for (int i = 1; i < versions.size(); i++) {
      records.add(decision(i * hours / versions.size(), "promoted", versions.get(i)));
    }
    records.add(decision(hours - 2, "kept", versions.get(versions.size() - 1)));
    return records;
  }

  private ModelRecord decision(int hour, String decision, String version) {
    return new ModelRecord(
        group(),
        time(hour),
        time(hour),
        decision,
        version,
        "",
        decision.equals("promoted") ? "better than champion and naive" : "not better",
        40 + hour,
        stations,
        time(0),
        time(hour),
        100L + hour,
        3L,
        0.5 + hour,
        0.2,
        0.25,
        0.3,
        new byte[0]);
  }

  /** Writes the observations, and before them texts that are none. */
  public void publishObservations(KafkaConfig kafka, String... refused) {
    String topic = kafka.topics().observation();
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      for (String text : refused) {
        send(producer, topic, "refused", text.getBytes(StandardCharsets.UTF_8));
      }
      for (ObservationRecord record : observations()) {
        send(producer, topic, record.stream(), ObservationJsonV1.write(record));
      }
      producer.flush();
    }
  }

  /** Writes everything to the topics of the domain, which must exist; returns when it is there. */
  public void publish(KafkaConfig kafka) {
    publishObservations(kafka);
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      for (ForecastRecord record : forecasts()) {
        send(producer, kafka.topics().forecast(), record.key(), ForecastJsonV1.write(record));
      }
      for (EvaluationRecord record : evaluations()) {
        send(producer, kafka.topics().evaluation(), record.key(), EvaluationJsonV1.write(record));
      }
      for (AnomalyRecord record : anomalies()) {
        send(producer, kafka.topics().anomaly(), record.key(), RecordBytes.of(record, Format.JSON));
      }
      for (ModelRecord record : decisions()) {
        ProducerRecord<byte[], byte[]> decision =
            new ProducerRecord<>(
                kafka.topics().model(),
                record.decisionKey().getBytes(StandardCharsets.UTF_8),
                ModelJsonV1.write(record));
        decision.headers().add(ModelRecord.SECONDS, record.secondsHeader());
        producer.send(decision);
      }
      producer.flush();
    }
  }

  /** Writes one forecast; returns when it is there. */
  public static void publish(KafkaConfig kafka, ForecastRecord forecast) {
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      send(producer, kafka.topics().forecast(), forecast.key(), ForecastJsonV1.write(forecast));
    }
  }

  static KafkaProducer<byte[], byte[]> producer(KafkaConfig kafka) {
    Properties properties = kafka.clientProperties();
    // of several requests under way to a topic just created the first may be refused and come last
    properties.put("max.in.flight.requests.per.connection", "1");
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  static void send(KafkaProducer<byte[], byte[]> producer, String topic, String key, byte[] value) {
    producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
  }

  /** The naive serves first, then two models of equal worth. */
  private List<String> versions() {
    return List.of("", group() + "-1-0a1b2c3d", group() + "-2-4e5f6a7b");
  }

  private String version(int hour) {
    return versions().get(Math.min(2, Math.max(0, hour) * 3 / hours));
  }

  public Instant time(int hour) {
    return end.minus(STEP.multipliedBy(hours - 1L - hour));
  }

  public double value(int station, int hour) {
    return base + cycle(station, hour) + NOISE * noise(station, hour);
  }

  private double quantile(int station, int hour, int level) {
    return base + aboveBase(station, hour, level);
  }

  private static double aboveBase(int station, int hour, int level) {
    return cycle(station, hour) + NOISE * NORMAL_QUANTILES[level];
  }

  private static double cycle(int station, int hour) {
    return 12 + station % 7 + 6 * Math.sin(2 * Math.PI * (hour % SEASON + station % 5) / SEASON);
  }

  /** About standard normal, by the sum of twelve uniform numbers (Irwin and Hall, 1927). */
  private static double noise(int station, int hour) {
    java.util.Random random = new java.util.Random(31L * station + hour);
    double sum = -6;
    for (int i = 0; i < 12; i++) {
      sum += random.nextDouble();
    }
    return sum;
  }
}
