package io.tidecast.job;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.GroupTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;

/** The topics of any number of domains on one broker, and jobs between them. */
final class RealTopics implements AutoCloseable {
  private final Path directory;
  private final EmbeddedKafka kafka;

  private RealTopics(Path directory, EmbeddedKafka kafka) {
    this.directory = directory;
    this.kafka = kafka;
  }

  static RealTopics start(Path directory) {
    return new RealTopics(directory, EmbeddedKafka.start(directory.resolve("kafka")));
  }

  /**
   * The topics of a new domain, and how a world is forecast there.
   *
   * @param ingest more keys of that section, each behind a comma
   */
  JobConfig created(String domain, World world, String ingest) throws Exception {
    Path file = directory.resolve(domain + ".yaml");
    Files.writeString(
        file,
        "domain: %s\nkafka: {bootstrapServers: \"%s\", partitions: %d}\n%singest: {ttl: P20D%s}\n"
            .formatted(domain, kafka.bootstrapServers(), world.partitions(), world.yaml(), ingest));
    JobConfig config = JobConfig.read(file);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    return config;
  }

  static GroupTrainer trainer(JobConfig config) {
    return new JobParts(config).trainer();
  }

  Path checkpoints(JobConfig config) {
    return directory.resolve("checkpoints-" + config.domain());
  }

  JobOnCluster start(
      JobConfig config, ForecastJob.Ends ends, GroupTrainer trainer, int subtasks, String savepoint)
      throws Exception {
    return JobOnCluster.start(
        config, ends, trainer, subtasks, new Configuration(), checkpoints(config), savepoint);
  }

  /** What a run to the end of the observations commits. */
  JobRun bounded(JobConfig config, int subtasks, Configuration settings) throws Exception {
    try (JobOnCluster job =
        JobOnCluster.start(
            config,
            KafkaEnds.bounded(config),
            trainer(config),
            subtasks,
            settings,
            checkpoints(config),
            null)) {
      job.awaitEnd();
    }
    return JobRun.of(config);
  }

  @Override
  public void close() {
    kafka.close();
  }
}
