package io.tidecast.connectors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.Certificates;
import io.tidecast.connectors.embedded.FreePort;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import kafka.server.KafkaRaftServer;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that lets in only whom it knows, over TLS: by password (SCRAM) or by certificate. */
class SecuredKafkaITCase {
  private static final TopicsConfig TOPICS = new TopicsConfig(2, 0, Duration.ZERO);
  private static final String PASSWORD = "open-sesame";

  @TempDir static Path directory;

  private static KafkaRaftServer broker;
  private static int scramPort;
  private static int certificatePort;
  private static Path client;
  private static Path trust;

  @BeforeAll
  static void startBroker() throws Exception {
    Certificates certificates = new Certificates(directory);
    Path server = certificates.key("broker");
    client = certificates.key("tidecast");
    trust = certificates.trusting(certificates.certificate(server));
    Path clients = certificates.trusting(certificates.certificate(client));
    scramPort = FreePort.any();
    certificatePort = FreePort.any();
    format(directory.resolve("log"));
    broker =
        new KafkaRaftServer(
            new kafka.server.KafkaConfig(settings(server, clients), false), Time.SYSTEM);
    broker.startup();
  }

  @AfterAll
  static void stopBroker() {
    broker.shutdown();
    broker.awaitShutdown();
  }

  @Test
  void everythingGoesThroughByPassword() throws Exception {
    passesThrough(byPassword("password", "tidecast", PASSWORD));
  }

  @Test
  void everythingGoesThroughByCertificate() throws Exception {
    passesThrough(
        new KafkaConfig(
            "127.0.0.1:" + certificatePort,
            "certificate",
            tls(
                Map.of(
                    "security.protocol",
                    "SSL",
                    "ssl.keystore.location",
                    client.toString(),
                    "ssl.keystore.password",
                    Certificates.PASSWORD))));
  }

  @Test
  void aWrongPasswordIsSaidAndNotShown() {
    KafkaConfig kafka = byPassword("refused", "tidecast", "not-the-password");

    KafkaException refused =
        assertThrows(KafkaException.class, () -> TopicCreator.createMissing(kafka, TOPICS));

    assertTrue(refused.getMessage().contains("kafka.bootstrapServers"), refused.getMessage());
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      assertFalse(cause.toString().contains("not-the-password"), cause.toString());
    }
    assertFalse(kafka.toString().contains("not-the-password"), kafka.toString());
  }

  /** The certificate is for 127.0.0.1 alone. */
  @Test
  void aBrokerOfAnotherNameThanItsCertificateIsRefused() {
    KafkaConfig kafka = byPassword("localhost", "named", "tidecast", PASSWORD);

    KafkaException refused =
        assertThrows(KafkaException.class, () -> TopicCreator.createMissing(kafka, TOPICS));

    assertTrue(refused.getMessage().contains("kafka.bootstrapServers"), refused.getMessage());
    assertInstanceOf(SslAuthenticationException.class, refused.getCause());
  }

  @Test
  void whoMayNotCreateTopicsIsToldWhatAnAdministratorWouldRun() {
    List<TopicSurvey.Finding> findings =
        TopicSurvey.of(byPassword("visitor", "visitor", PASSWORD), TOPICS, true);

    assertFalse(findings.isEmpty());
    for (TopicSurvey.Finding finding : findings) {
      assertTrue(
          finding
              .wrong()
              .toString()
              .contains("kafka-topics.sh --create --topic " + finding.topic()),
          finding.toString());
    }
  }

  /** Topics, a transactional job from one to another, and a reader of what is committed. */
  private static void passesThrough(KafkaConfig kafka) throws Exception {
    TopicCreator.createMissing(kafka, TOPICS);
    Topics topics = kafka.topics();
    publish(kafka, topics.observation());
    Configuration settings = new Configuration();
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, settings);
    env.fromSource(
            RawRecordSource.bounded(
                kafka, topics.observation(), "secured", EndOffsets.of(kafka, topics.observation())),
            WatermarkStrategy.noWatermarks(),
            "observations")
        .map(raw -> new KeyedBytes(new byte[0], raw.value()))
        .sinkTo(
            KeyedBytesSink.create(
                kafka, topics.forecast(), new ExactlyOnce("secured", Duration.ofMinutes(1))));
    env.execute();

    TreeSet<String> found = new TreeSet<>();
    CommittedTopic.read(
        kafka,
        topics.forecast(),
        seen -> found.add(new String(seen.value(), StandardCharsets.UTF_8)));
    assertEquals(100, found.size());
  }

  private static void publish(KafkaConfig kafka, String topic) {
    Properties properties = kafka.clientProperties();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int number = 0; number < 100; number++) {
        producer.send(
            new ProducerRecord<>(topic, Integer.toString(number).getBytes(StandardCharsets.UTF_8)));
      }
    }
  }

  private static KafkaConfig byPassword(String domain, String user, String password) {
    return byPassword("127.0.0.1", domain, user, password);
  }

  private static KafkaConfig byPassword(String host, String domain, String user, String password) {
    return new KafkaConfig(
        host + ":" + scramPort,
        domain,
        tls(
            Map.of(
                "security.protocol", "SASL_SSL",
                "sasl.mechanism", "SCRAM-SHA-512",
                "sasl.jaas.config", jaas(user, password))));
  }

  private static Map<String, String> tls(Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(more);
    properties.put("ssl.truststore.location", trust.toString());
    properties.put("ssl.truststore.password", Certificates.PASSWORD);
    return properties;
  }

  private static String jaas(String user, String password) {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
        + user
        + "\" password=\""
        + password
        + "\";";
  }

  private static void format(Path log) throws Exception {
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .addDirectory(log.toString())
        .setMetadataLogDirectory(log.toString())
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setScramArguments(List.of(scram("broker"), scram("tidecast"), scram("visitor")))
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .run();
  }

  private static String scram(String user) {
    return "SCRAM-SHA-512=[name=" + user + ",password=" + PASSWORD + "]";
  }

  private static Map<String, String> settings(Path server, Path clients) throws IOException {
    Map<String, String> s = new HashMap<>();
    int controller = FreePort.any();
    s.put("process.roles", "broker,controller");
    s.put("node.id", "1");
    s.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
    s.put("controller.listener.names", "CONTROLLER");
    String open =
        "PASSWORD://127.0.0.1:" + scramPort + ",CERTIFICATE://127.0.0.1:" + certificatePort;
    s.put("listeners", open + ",CONTROLLER://127.0.0.1:" + controller);
    s.put("advertised.listeners", open);
    s.put(
        "listener.security.protocol.map", "PASSWORD:SASL_SSL,CERTIFICATE:SSL,CONTROLLER:PLAINTEXT");
    s.put("inter.broker.listener.name", "PASSWORD");
    s.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    s.put("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-512");
    s.put("listener.name.password.scram-sha-512.sasl.jaas.config", jaas("broker", PASSWORD));
    s.put("ssl.keystore.location", server.toString());
    s.put("ssl.keystore.password", Certificates.PASSWORD);
    s.put("listener.name.password.ssl.truststore.location", trust.toString());
    s.put("listener.name.password.ssl.truststore.password", Certificates.PASSWORD);
    s.put("listener.name.certificate.ssl.truststore.location", clients.toString());
    s.put("listener.name.certificate.ssl.truststore.password", Certificates.PASSWORD);
    s.put("listener.name.certificate.ssl.client.auth", "required");
    s.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    s.put("super.users", "User:broker;User:tidecast;User:CN=tidecast;User:ANONYMOUS");
    s.put("log.dirs", directory.resolve("log").toString());
    s.put("auto.create.topics.enable", "false");
    s.put("log.cleaner.dedupe.buffer.size", "2097152");
    s.put("offsets.topic.replication.factor", "1");
    s.put("offsets.topic.num.partitions", "1");
    s.put("transaction.state.log.replication.factor", "1");
    s.put("transaction.state.log.num.partitions", "1");
    s.put("transaction.state.log.min.isr", "1");
    return s;
  }
}
