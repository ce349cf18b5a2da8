package io.tidecast.job;

import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.job.config.JobConfig;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

/** What one run of the job has committed. */
record JobRun(
    CommittedValues forecasts,
    CommittedValues evaluations,
    CommittedValues anomalies,
    CommittedValues models,
    CommittedValues deadLetters) {

  static JobRun of(JobConfig config) {
    KafkaConfig kafka = config.kafkaConfig();
    Topics topics = kafka.topics();
    return new JobRun(
        CommittedValues.of(kafka, topics.forecast()),
        CommittedValues.of(kafka, topics.evaluation()),
        CommittedValues.of(kafka, topics.anomaly()),
        CommittedValues.of(kafka, topics.model()),
        CommittedValues.of(kafka, topics.deadLetter()));
  }

  /** The decisions of all groups by boundary, without their models. */
  List<ModelRecord> decisions() {
    return models.values().entrySet().stream()
        .filter(entry -> entry.getKey().contains("@"))
        .flatMap(entry -> entry.getValue().stream())
        .map(value -> ModelJsonV1.read(value.getBytes(StandardCharsets.UTF_8)))
        .sorted(Comparator.comparing(ModelRecord::boundary).thenComparing(ModelRecord::group))
        .toList();
  }
}
