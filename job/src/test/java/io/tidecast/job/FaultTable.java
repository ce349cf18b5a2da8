package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.job.config.JobConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** What became of each scenario, held against an undisturbed run over the same observations. */
final class FaultTable {
  private final ClusterJobs jobs;
  private final JobRun undisturbed;
  private final List<Object> rows = new ArrayList<>();

  /**
   * Begins with the undisturbed run.
   *
   * @param file its configuration
   */
  FaultTable(ClusterJobs jobs, String scenario, Path file) throws Exception {
    this.jobs = jobs;
    undisturbed = JobRun.of(JobConfig.read(file));
    add(scenario, 1, undisturbed, 0);
    assertEquals(jobs.steps() * ClusterJobs.SERIES, undisturbed.forecasts().all().size());
  }

  /**
   * Adds a row, and wants the run to be as the undisturbed one.
   *
   * @param times that each record had been sent
   * @param seconds from the failure to the next checkpoint
   */
  void check(String scenario, Path file, int times, double seconds) throws Exception {
    JobConfig config = JobConfig.read(file);
    assertEquals(List.of(), openTransactions(config.kafkaConfig()), scenario);
    JobRun run = JobRun.of(config);
    FaultRow row = add(scenario, times, run, seconds);
    List<Guarantee> guarantees =
        List.of(
            new Guarantee.OrderPerSeries(),
            new Guarantee.VersionsServeFromTheirDecisionOn(),
            new Guarantee.SameAs(undisturbed));
    guarantees.forEach(guarantee -> guarantee.check(run));
    assertEquals(0, row.lost() + row.doubled() + row.different(), row.toString());
    assertEquals(times * jobs.refused(), row.refused(), row.toString());
    if (times == 1) {
      List<String> letters = run.deadLetters().all();
      assertEquals(letters.size(), new HashSet<>(letters).size(), "a dead letter came twice");
    }
  }

  private FaultRow add(String scenario, int times, JobRun run, double seconds) {
    int records = times * (jobs.steps() * ClusterJobs.SERIES + jobs.refused());
    FaultRow row = FaultRow.of(scenario, records, run, undisturbed, seconds);
    show(row);
    return row;
  }

  /** What is known of a scenario that failed, also where nothing could be counted. */
  void addFailure(String scenario, Throwable why) {
    show(scenario + ": FAILED: " + why.toString().lines().findFirst().orElseThrow());
  }

  private void show(Object row) {
    rows.add(row);
    System.out.println(row);
  }

  /** What a job that has finished has left open, which would hold up whoever reads on. */
  private static List<String> openTransactions(KafkaConfig kafka) throws Exception {
    try (Admin admin = Admin.create(kafka.clientProperties())) {
      return admin.describeProducers(outputs(kafka, admin)).all().get().entrySet().stream()
          .flatMap(
              partition ->
                  partition.getValue().activeProducers().stream()
                      .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                      .map(producer -> partition.getKey() + ": " + producer))
          .toList();
    }
  }

  private static List<TopicPartition> outputs(KafkaConfig kafka, Admin admin) throws Exception {
    List<String> topics =
        Stream.of(
                kafka.topics().forecast(),
                kafka.topics().evaluation(),
                kafka.topics().anomaly(),
                kafka.topics().model(),
                kafka.topics().deadLetter())
            .toList();
    List<TopicPartition> partitions = new ArrayList<>();
    admin
        .describeTopics(topics)
        .allTopicNames()
        .get()
        .forEach(
            (topic, description) ->
                description
                    .partitions()
                    .forEach(p -> partitions.add(new TopicPartition(topic, p.partition()))));
    return partitions;
  }

  void print() {
    System.out.println(FaultRow.HEAD);
    rows.forEach(System.out::println);
  }
}
