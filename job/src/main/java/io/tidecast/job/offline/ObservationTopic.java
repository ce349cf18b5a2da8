package io.tidecast.job.offline;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The history in the observation topics. */
public final class ObservationTopic {
  private ObservationTopic() {}

  /**
   * What the topics hold at the time of the call, in order of (time, stream); records that cannot
   * be read are left out, as the job leaves them out.
   */
  public static List<ObservationRecord> read(JobConfig config) {
    KafkaConfig kafka = config.kafkaConfig();
    SourceTopics topics = config.source().topics(kafka);
    RawRecord.Reader reader = new JobParts(config).reader();
    List<Placed> observations = new ArrayList<>();
    for (String topic : topics.names()) {
      CommittedTopic.read(
          kafka,
          topic,
          record -> add(RawRecord.of(record, topics.header()), reader, topics, observations));
    }
    return observations.stream().sorted(Placed.ORDER).map(Placed::observation).toList();
  }

  private static void add(
      RawRecord record, RawRecord.Reader reader, SourceTopics topics, List<Placed> observations) {
    for (Decoded decoded : reader.read(record)) {
      if (decoded instanceof Decoded.Accepted accepted) {
        observations.add(
            new Placed(
                accepted.observation(), record.appended(), topics.place(record), record.offset()));
      }
    }
  }

  /** An observation and its place: of two of one time the one appended last comes last. */
  private record Placed(ObservationRecord observation, long appended, int partition, long offset) {
    private static final Comparator<Placed> ORDER =
        Comparator.comparing((Placed placed) -> placed.observation().time())
            .thenComparing(placed -> placed.observation().stream())
            .thenComparingLong(Placed::appended)
            .thenComparingInt(Placed::partition)
            .thenComparingLong(Placed::offset);
  }
}
