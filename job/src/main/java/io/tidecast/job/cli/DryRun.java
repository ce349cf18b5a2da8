package io.tidecast.job.cli;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.TopicSurvey;
import io.tidecast.connectors.postgres.Outage;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.connectors.postgres.Schema;
import io.tidecast.job.ModelsAtStart;
import io.tidecast.job.Registry;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Says what {@code run} would find and do, and changes nothing. */
final class DryRun {
  private final JobConfig config;
  private final PrintWriter out;
  private boolean good = true;

  DryRun(JobConfig config, PrintWriter out) {
    this.config = config;
    this.out = out;
  }

  /**
   * Looks at everything a start needs.
   *
   * @param given models that serve first
   * @param look says where a start would go on from; nowhere if it begins anew
   * @param again whether what is forecast already may be forecast again
   * @return exit code: 0 if the job would start, 1 if something is in its way
   */
  int report(Champions given, Callable<Optional<String>> look, boolean again) throws Exception {
    out.println("configuration: good");
    List<TopicSurvey.Finding> topics =
        TopicSurvey.of(
            config.kafkaConfig(), config.topicsConfig(), config.source().readsOwnTopic());
    for (TopicSurvey.Finding topic : topics) {
      out.println("topic " + topic.topic() + ": " + topic.found());
      topic.wrong().forEach(this::wrong);
    }
    reportSources();
    reportStart(topics, given, look, again);
    reportDatabase();
    out.println(good ? "would start" : "would not start");
    out.flush();
    return good ? 0 : 1;
  }

  private void wrong(String what) {
    out.println("  wrong: " + what);
    good = false;
  }

  private void reportSources() {
    if (config.source().readsOwnTopic()) {
      return;
    }
    try {
      config
          .source()
          .topics(config.kafkaConfig())
          .names()
          .forEach(topic -> out.println("topic " + topic + ": observations are read from it"));
    } catch (IllegalArgumentException e) {
      wrong(e.getMessage());
    }
  }

  private void reportStart(
      List<TopicSurvey.Finding> topics,
      Champions given,
      Callable<Optional<String>> look,
      boolean again)
      throws Exception {
    try {
      Optional<String> goesOn = look.call();
      if (goesOn.isPresent()) {
        out.println("would go on from " + goesOn.get() + ", with the models of its state");
        return;
      }
    } catch (IllegalArgumentException e) {
      wrong(e.getMessage());
      return;
    }
    reportBeginning(topics, given, again);
  }

  private void reportBeginning(List<TopicSurvey.Finding> topics, Champions given, boolean again) {
    out.println("would begin with the first observation that Kafka keeps");
    String forecasts = config.kafkaConfig().topics().forecast();
    if (!again
        && exists(forecasts, topics)
        && !CommittedTopic.isEmpty(config.kafkaConfig(), forecasts)) {
      wrong("--from-beginning: absent, but " + forecasts + " holds forecasts already");
    }
    boolean reads = !again && exists(config.kafkaConfig().topics().model(), topics);
    Registry registry = reads ? Registry.read(config.kafkaConfig()) : Registry.empty();
    new ModelsAtStart(config, given, registry).words().forEach(out::println);
  }

  private static boolean exists(String topic, List<TopicSurvey.Finding> topics) {
    return topics.stream().anyMatch(found -> found.topic().equals(topic) && found.exists());
  }

  /** The job itself needs none; one that is there has to be one that {@code store} can use. */
  private void reportDatabase() {
    PostgresConfig owner = config.postgres().owner();
    try {
      Schema.Finding database = Schema.look(owner, config.domain());
      out.println("database " + owner + ": " + database.found());
      database.wrong().forEach(this::wrong);
    } catch (SQLException | RuntimeException e) {
      out.printf(
          "database %s: %s; run does not need it, store would %s (%s)%n",
          owner,
          Outage.isBehind(e) ? "out of reach" : "of no use",
          Outage.isBehind(e) ? "wait for it" : "not start",
          Outage.reason(e));
    }
  }
}
