package io.tidecast.connectors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.DeadLetter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaConfigTest {
  @Test
  void clientPropertiesPassThroughAndTheirValuesAreNotPrinted() {
    KafkaConfig settings =
        new KafkaConfig(
            "localhost:9092", "weather", Map.of("sasl.jaas.config", "password=\"hidden\""));

    Properties client = settings.clientProperties();

    assertEquals("password=\"hidden\"", client.get("sasl.jaas.config"));
    assertEquals("localhost:9092", client.get("bootstrap.servers"));
    assertTrue(settings.toString().contains("sasl.jaas.config"));
    assertFalse(settings.toString().contains("hidden"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"transactional.id", "isolation.level", "acks", "bootstrap.servers"})
  void propertiesTheGuaranteesRestOnAreRefused(String key) {
    Map<String, String> properties = Map.of(key, "x");

    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> new KafkaConfig("a:1", "weather", properties));

    assertTrue(e.getMessage().startsWith("kafka.properties." + key), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Weather", "a.b", "a_b", "1a", "-a", "a/b"})
  void domainThatIsNoTopicPrefixIsRefused(String domain) {
    assertThrows(IllegalArgumentException.class, () -> new Topics(domain));
  }

  @Test
  void settingsOutsideTheirRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new KafkaConfig(" ", "a", null));
    assertThrows(IllegalArgumentException.class, () -> new TopicsConfig(0, 0, Duration.ofDays(1)));
    assertThrows(IllegalArgumentException.class, () -> new TopicsConfig(1, 0, Duration.ofDays(-1)));
    assertThrows(IllegalArgumentException.class, () -> new ExactlyOnce("", Duration.ofMinutes(1)));
    assertThrows(IllegalArgumentException.class, () -> new ExactlyOnce("a", Duration.ofMillis(1)));
  }

  @Test
  void aNameThatIsNoAddressIsToldWithItsKey() {
    KafkaConfig nowhere = new KafkaConfig("broker.invalid:9092", "a", Map.of());

    KafkaException e =
        assertThrows(KafkaException.class, () -> nowhere.ask("list topics", admin -> null));

    assertTrue(
        e.getMessage()
            .startsWith("cannot list topics at broker.invalid:9092 (kafka.bootstrapServers): "),
        e.getMessage());
  }

  @Test
  void whatCrossesOperatorsIsNoGenericType() {
    for (Class<?> type : new Class<?>[] {RawRecord.class, KeyedBytes.class, DeadLetter.class}) {
      assertTrue(TypeInformation.of(type) instanceof PojoTypeInfo, type.getName());
    }
  }

  @Test
  void aBrokerThatDoesNotAnswerIsNamedBeforePatienceEnds() {
    KafkaConfig kafka =
        new KafkaConfig(
            "127.0.0.1:1",
            "d",
            Map.of("default.api.timeout.ms", "4000", "request.timeout.ms", "1000"));

    try (LogLines log = new LogLines(KafkaConfig.class.getName())) {
      assertThrows(KafkaException.class, () -> TopicCreator.partitions(kafka, "t"));

      assertEquals(List.of("waiting for the broker at 127.0.0.1:1 to describe t"), log.lines());
    }
  }
}
