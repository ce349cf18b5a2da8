package io.tidecast.job.offline;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ObservationDecoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The history in the observation topic. */
public final class ObservationTopic {
  private ObservationTopic() {}

  /**
   * What the topic holds at the time of the call, in order of (time, stream); records that cannot
   * be read are left out, as the job leaves them out.
   */
  public static List<ObservationRecord> read(KafkaConfig kafka) {
    List<ObservationRecord> observations = new ArrayList<>();
    CommittedTopic.read(
        kafka,
        kafka.topics().observation(),
        record -> {
          if (ObservationDecoder.decode(record.value()) instanceof Decoded.Accepted accepted) {
            observations.add(accepted.observation());
          }
        });
    observations.sort(
        Comparator.comparing(ObservationRecord::time).thenComparing(ObservationRecord::stream));
    return observations;
  }
}
