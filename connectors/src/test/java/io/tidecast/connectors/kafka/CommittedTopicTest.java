package io.tidecast.connectors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.management.ObjectName;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class CommittedTopicTest {
  @Test
  void aBrokerThatDoesNotAnswerLeavesNoClientBehind() throws Exception {
    KafkaConfig nobody =
        new KafkaConfig(
            "127.0.0.1:1", "d", Map.of("default.api.timeout.ms", "200", "client.id", "left"));

    assertThrows(KafkaException.class, () -> new CommittedTopic(nobody, List.of("t")).close());

    ObjectName left = new ObjectName("kafka.consumer:client-id=left,*");
    assertEquals(Set.of(), ManagementFactory.getPlatformMBeanServer().queryNames(left, null));
  }
}
