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
import io.tidecast.job.config.JobConfig;
import java.time.Duration;
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
