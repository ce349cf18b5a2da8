package io.tidecast.job.store;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.RawRecordSource;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.connectors.postgres.ObservedValue;
import io.tidecast.connectors.postgres.PartitionFilter;
import io.tidecast.connectors.postgres.PartitionFilter.TimeOf;
import io.tidecast.connectors.postgres.PostgresSinks;
import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ModelRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job that writes topics to PostgreSQL:
 *
 * <pre>
 * observation.v1 -> values     -> month there?  -> observation
 * forecast.v1    -> forecasts  -> day there?    -> forecast
 *                              \-> newest       -> forecast_latest
 * evaluation.v1  -> evaluations -> month there? -> evaluation
 * anomaly.v1     -> anomalies  -> month there?  -> anomaly
 * model.v1       -> decisions                   -> model_event
 * </pre>
 *
 * <p>At least once, into rows with keys of their own: the tables end up equal to the topics,
 * whatever fails in between. A job of its own, so that a database that is away holds back nothing
 * but itself: it restarts for as long as that takes, and goes on from its last checkpoint. Started
 * without one, or with a database that had no tables, it reads the topics from the beginning, and
 * writes the same rows again.
 *
 * <p>What cannot be read is counted, logged and left out. Refused observations are in the
 * dead-letter topic, by the forecasting job.
 */
public final class StoreJob {
  private final StreamExecutionEnvironment env;
  private final StoreConfig config;

  private StoreJob(StreamExecutionEnvironment env, StoreConfig config) {
    this.env = env;
    this.config = config;
  }

  /**
   * Adds the job to an environment of its own, such as one of {@link #flink}; the caller executes
   * it.
   */
  public static void build(StreamExecutionEnvironment env, StoreConfig config) {
    StoreJob job = new StoreJob(env, config);
    job.configure();
    job.wire();
  }

  /** Consumer group that reads a topic; what it has committed is in the tables. */
  public static String group(String topic) {
    return topic + ".store";
  }

  /**
   * Settings of Flink for this job: those of the configuration over its own, but for where to go on
   * from, which is the forecasting job's.
   */
  public static Configuration flink(Map<String, String> configured) {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
    settings.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    settings.set(
        RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
        Duration.ofSeconds(15));
    configured.forEach(settings::setString);
    settings.removeConfig(StateRecoveryOptions.SAVEPOINT_PATH);
    return settings;
  }

  /**
   * Each topic's operators form one chain, and its records pass by reference: no serializer is ever
   * called, so the wire records need none.
   */
  private void configure() {
    Configuration settings = new Configuration();
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(PipelineOptions.GENERIC_TYPES, true);
    env.configure(settings);
  }

  private void wire() {
    PostgresSinks sinks = new PostgresSinks(config.postgres(), config.kafka().domain());
    Topics topics = config.kafka().topics();
    long maxFutureMillis = config.maxFuture().toMillis();

    RawRecord.Reader reader = config.source().reader(ReadFunction.ownRecords());
    DataStream<ObservedValue> values =
        read(
            RawRecordSource.unbounded(
                config.kafka(),
                config.source().topics(config.kafka()),
                group(topics.observation())),
            topics.observation(),
            "observations",
            record -> ReadFunction.values(record, reader, maxFutureMillis),
            ObservedValue.class);
    write(
        inRetention(values, "observation", ObservedValue::time),
        "observation",
        sinks.observations());

    DataStream<ForecastRecord> forecasts =
        read(topics.forecast(), "forecasts", ReadFunction::forecast, ForecastRecord.class);
    write(
        inRetention(forecasts, "forecast", ForecastRecord::origin), "forecast", sinks.forecasts());
    write(forecasts, "forecast_latest", sinks.latestForecasts());

    DataStream<EvaluationRecord> evaluations =
        read(topics.evaluation(), "evaluations", ReadFunction::evaluation, EvaluationRecord.class);
    write(
        inRetention(evaluations, "evaluation", EvaluationRecord::time),
        "evaluation",
        sinks.evaluations());

    DataStream<AnomalyRecord> anomalies =
        read(topics.anomaly(), "anomalies", ReadFunction::anomaly, AnomalyRecord.class);
    write(inRetention(anomalies, "anomaly", AnomalyRecord::time), "anomaly", sinks.anomalies());

    DataStream<ModelRecord> decisions =
        read(
            RawRecordSource.unbounded(
                config.kafka(),
                new SourceTopics(List.of(topics.model()), "earliest", ModelRecord.SECONDS),
                group(topics.model())),
            topics.model(),
            "decisions",
            ReadFunction::decision,
            ModelRecord.class);
    write(decisions, "model_event", sinks.modelEvents());
  }

  private <T> DataStream<T> read(
      String topic, String name, ReadFunction.Reader<T> reader, Class<T> type) {
    return read(
        RawRecordSource.unbounded(config.kafka(), topic, group(topic)), topic, name, reader, type);
  }

  private <T> DataStream<T> read(
      Source<RawRecord, ?, ?> source,
      String topic,
      String name,
      ReadFunction.Reader<T> reader,
      Class<T> type) {
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), topic)
        .uid("store-source-" + name)
        .flatMap(new ReadFunction<>(reader))
        .returns(type)
        .name(name)
        .uid("store-read-" + name);
  }

  private <T> DataStream<T> inRetention(DataStream<T> records, String table, TimeOf<T> timeOf) {
    return records
        .filter(new PartitionFilter<>(config.postgres(), table, config.retention(), timeOf))
        .name("in retention")
        .uid("store-partition-" + table);
  }

  private static <T> void write(DataStream<T> records, String table, Sink<T> sink) {
    records.sinkTo(sink).name(table).uid("store-sink-" + table);
  }
}
