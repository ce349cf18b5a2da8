package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.RawRecordSource;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.kafka.Ticks;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.ConfigKeys;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.RetrainPolicy;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkAlignmentParams;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The graph of the job. */
class ForecastJobTest {
  private static final String YAML =
      """
      domain: plant
      series: {step: PT1H, targets: [power]}
      forecast: {horizon: 2}
      """;

  private static final JobConfig CONFIG = config(YAML);

  private static JobConfig config(String yaml) {
    return ConfigFile.parse(yaml, Map.of()).job();
  }

  /** By one input that is broadcast or forwarded Flink switches it off for all of an operator. */
  @Test
  void barriersMayOvertakeTheWindowsThatARetrainingHoldsUp() {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    new ForecastJob(CONFIG, new JobParts(CONFIG).trainer()).addTo(env, ends());

    List<StreamEdge> inputs =
        env.getStreamGraph().getStreamNodes().stream()
            .filter(node -> node.getOperatorName().equals("retrain"))
            .map(StreamNode::getInEdges)
            .findFirst()
            .orElseThrow();

    assertEquals(2, inputs.size());
    assertTrue(
        inputs.stream().allMatch(StreamEdge::supportsUnalignedCheckpoints), inputs::toString);
  }

  /** What a partition brings that is far ahead of the others would only wait, in state. */
  @Test
  void aPartitionIsNotReadFarAheadOfTheOthers() {
    WatermarkAlignmentParams usual = alignment(CONFIG);
    WatermarkAlignmentParams unbound = alignment(config(YAML + "ingest: {maxDrift: PT0S}"));

    assertTrue(usual.isEnabled());
    assertEquals(Duration.ofDays(14).toMillis(), usual.getMaxAllowedWatermarkDrift());
    assertFalse(unbound.isEnabled());
  }

  /** A source that was finished at a checkpoint could not be told how far it may read. */
  @Test
  void partitionsThatEndAreReadAsFarAsTheyGo() {
    Source<RawRecord, ?, ?> ends =
        new DataGeneratorSource<>(index -> null, 1, TypeInformation.of(RawRecord.class));

    assertFalse(alignment(CONFIG, ends).isEnabled());
  }

  /** Found out later, by an operator, it would end the job at every restart. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PT9223372036854775807S",
        "P106751991167D",
        "P999999999D",
        "PT0.001S",
        "PT0.0000005S",
        "P9999Y",
        "2147483647",
        "9223372036854775807",
        "1",
        "0",
        "1e-300",
        "0.5"
      })
  void whatAConfigurationMaySayAJobIsMadeOf(String value) {
    List<String> broken = new ArrayList<>();
    for (String key : ConfigKeys.all()) {
      JobConfig config;
      try {
        config = ConfigFile.parse(YAML, Map.of()).with(key.replace("NAME", "power"), value).job();
      } catch (IllegalArgumentException refused) {
        continue;
      }
      try {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        JobParts parts = new JobParts(config);
        new ForecastJob(config, parts.trainer()).addTo(env, ends());
        requireMillis(config.retrain());
        requireMillis(config.ingest());
        requireMillis(config.forecast());
        requireMillis(config.kafka());
        new ForecastJob(config, parts.trainer()).watermarks(ends().observations());
        config.topicsConfig();
        if (!key.equals("source.pattern")) {
          config.source().topics(config.kafkaConfig());
        }
        RetrainPolicy policy = new RetrainPolicy(parts.retrain());
        long now = Instant.parse("2199-12-31T00:00:00Z").toEpochMilli();
        if (policy.boundaryAfter(now) <= now || policy.validFrom(policy.boundaryAfter(now)) < now) {
          broken.add(key + ": boundary " + policy.boundaryAfter(now));
        }
      } catch (IllegalArgumentException e) {
        // refused before anything runs, if late
      } catch (RuntimeException | ReflectiveOperationException e) {
        broken.add(key + ": " + e);
      }
    }
    assertEquals(List.of(), broken);
  }

  private static void requireMillis(Record section) throws ReflectiveOperationException {
    for (RecordComponent component : section.getClass().getRecordComponents()) {
      if (component.getAccessor().invoke(section) instanceof Duration duration) {
        duration.toMillis();
      }
    }
  }

  private static WatermarkAlignmentParams alignment(JobConfig config) {
    return alignment(config, ends().observations());
  }

  private static WatermarkAlignmentParams alignment(
      JobConfig config, Source<RawRecord, ?, ?> source) {
    return new ForecastJob(config, new JobParts(config).trainer())
        .watermarks(source)
        .getAlignmentParameters();
  }

  private static ForecastJob.Ends ends() {
    KafkaConfig kafka = CONFIG.kafkaConfig();
    Topics topics = kafka.topics();
    return new ForecastJob.Ends(
        RawRecordSource.unbounded(kafka, topics.observation(), "graph"),
        SourceTopics.of(topics.observation()),
        4,
        RawRecordSource.unbounded(kafka, topics.control(), "graph"),
        0,
        new DiscardingSink<>(),
        new DiscardingSink<>(),
        new DiscardingSink<>(),
        new DiscardingSink<>(),
        new DiscardingSink<>(),
        new Ticks(kafka));
  }
}
