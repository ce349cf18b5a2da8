package io.tidecast.job.offline;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ObservationDecoder;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** The history in the observation topic. */
public final class ObservationTopic {
  private ObservationTopic() {}

  /**
   * What the topic holds at the time of the call, in order of (time, stream); records that cannot
   * be read are left out, as the job leaves them out.
   */
  public static List<ObservationRecord> read(JobConfig config) {
    KafkaConfig kafka = config.kafkaConfig();
    Predicate<String> wanted = new JobParts(config).ingest()::reads;
    List<Placed> observations = new ArrayList<>();
    CommittedTopic.read(
        kafka,
        kafka.topics().observation(),
        record -> {
          if (ObservationDecoder.decode(record.value(), wanted)
              instanceof Decoded.Accepted accepted) {
            observations.add(
                new Placed(
                    accepted.observation(),
                    record.timestamp(),
                    record.partition(),
                    record.offset()));
          }
        });
    return observations.stream().sorted(Placed.ORDER).map(Placed::observation).toList();
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
