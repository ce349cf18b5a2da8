package io.tidecast.job.cli;

import io.tidecast.connectors.kafka.TopicSurvey;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.GroupProgress;
import java.io.PrintWriter;

/** Says what {@code run} would find and do, and changes nothing. */
final class DryRun {
  private final JobConfig config;
  private final PrintWriter out;

  DryRun(JobConfig config, PrintWriter out) {
    this.config = config;
    this.out = out;
  }

  /**
   * Looks at everything a start needs.
   *
   * @return exit code: 0 if the job would start, 1 if something is in its way
   */
  int report(Champions champions) {
    out.println("configuration: good");
    config.groups().keySet().forEach(group -> reportGroup(group, champions.progress(group)));
    boolean good = true;
    for (TopicSurvey.Finding finding :
        TopicSurvey.of(
            config.kafkaConfig(), config.topicsConfig(), config.source().readsOwnTopic())) {
      out.println("topic " + finding.topic() + ": " + finding.found());
      finding.wrong().forEach(wrong -> out.println("  wrong: " + wrong));
      good &= finding.wrong().isEmpty();
    }
    good &= reportSources();
    out.println(good ? "would start" : "would not start");
    out.flush();
    return good ? 0 : 1;
  }

  private boolean reportSources() {
    if (config.source().readsOwnTopic()) {
      return true;
    }
    try {
      config
          .source()
          .topics(config.kafkaConfig())
          .names()
          .forEach(topic -> out.println("topic " + topic + ": observations are read from it"));
      return true;
    } catch (IllegalArgumentException e) {
      out.println("  wrong: " + e.getMessage());
      return false;
    }
  }

  private void reportGroup(String group, GroupProgress progress) {
    String version = progress.version();
    out.println(
        "group "
            + group
            + ": "
            + (version.isEmpty() ? "no model yet, the seasonal naive serves" : "model " + version));
  }
}
