package io.tidecast.job.cli;

import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.postgres.Schema;
import io.tidecast.job.JobIdentity;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.store.StoreConfig;
import io.tidecast.job.store.StoreJob;
import java.util.concurrent.Callable;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code tidecast store}: brings the schema up to date, when the database is there, and runs {@link
 * StoreJob}.
 */
@Command(
    name = "store",
    description = "Writes the topics of a domain to PostgreSQL, for dashboards and live page.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: tidecast store --config conf/weather.yaml"})
public final class StoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigOption file;

  @Override
  public Integer call() throws Exception {
    JobConfig config = file.shown();
    config.forecast().requireLevelsOfDashboards();
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(StoreJob.flink(config.flink()));
    String name = JobIdentity.main(config.domain()).directory("store");
    try (Start start = Start.of(env, name, file.directory(), spec.commandLine().getOut())) {
      boolean isNew =
          Schema.migrateWhenThere(
              config.postgres().owner(),
              config.domain(),
              config.postgres().readerPassword(),
              start::say);
      config.kafkaConfig().awaitBroker(start::say);
      TopicCreator.createMissing(
          config.kafkaConfig(), config.topicsConfig(), config.source().readsOwnTopic());
      if (isNew) {
        start.say("the database is new: all that Kafka keeps is written to it");
      } else {
        start.goOn();
      }
      StoreJob.build(env, StoreConfig.of(config));
      env.execute("tidecast store " + config.domain());
    }
    return 0;
  }
}
