package io.tidecast.connectors.embedded;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker and controller (KRaft) in this JVM, on the loopback interface, for the demo
 * and the tests. Records, offsets and transactions live in its directory and survive a restart on
 * it, a killed process included.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private final KafkaRaftServer server;
  private final int port;

  private EmbeddedKafka(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Starts a broker on any free port. */
  public static EmbeddedKafka start(Path directory) {
    return start(directory, FreePort.any());
  }

  /**
   * Starts a broker and returns when it serves.
   *
   * @param directory where its log lives; formatted if it is new
   */
  public static EmbeddedKafka start(Path directory, int port) {
    return start(directory, port, settings(directory, port));
  }

  /**
   * Starts one that clients reach by a relay before it: whom they ask first, and whom the broker
   * then tells them to ask, is the relay.
   *
   * @param directory where its log lives; formatted if it is new
   * @param port of the broker to which the relay passes on
   * @param relay port of the relay
   */
  public static EmbeddedKafka startBehind(Path directory, int port, int relay) {
    Map<String, String> settings = settings(directory, FreePort.any());
    settings.merge("listeners", ",RELAYED://127.0.0.1:" + port, String::concat);
    settings.merge("advertised.listeners", ",RELAYED://127.0.0.1:" + relay, String::concat);
    return start(directory, relay, settings);
  }

  private static EmbeddedKafka start(Path directory, int port, Map<String, String> settings) {
    try {
      format(directory);
    } catch (Exception e) {
      throw new IllegalStateException("cannot format a broker directory in " + directory, e);
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
    server.startup();
    return new EmbeddedKafka(server, port);
  }

  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path directory) throws Exception {
    if (Files.exists(directory.resolve("meta.properties"))) {
      return;
    }
    Files.createDirectories(directory);
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .addDirectory(directory.toString())
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setReleaseVersion(MetadataVersion.latestProduction())
        .setUnstableFeatureVersionsEnabled(false)
        .setIgnoreFormatted(true)
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .run();
  }

  private static Map<String, String> settings(Path directory, int port) {
    int controllerPort = FreePort.any();
    Map<String, String> s = new HashMap<>();
    s.put("process.roles", "broker,controller");
    s.put("node.id", "1");
    s.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    s.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    s.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    s.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,RELAYED:PLAINTEXT");
    s.put("controller.listener.names", "CONTROLLER");
    s.put("log.dirs", directory.toString());
    s.put("auto.create.topics.enable", "false");
    s.put("group.initial.rebalance.delay.ms", "0");
    s.put("transaction.max.timeout.ms", "3600000");
    s.put("log.cleaner.dedupe.buffer.size", "2097152");
    s.put("log.message.timestamp.type", "LogAppendTime");
    for (String topic :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      s.put(topic + ".replication.factor", "1");
      s.put(topic + ".num.partitions", "4");
    }
    s.put("transaction.state.log.min.isr", "1");
    s.put("share.coordinator.state.topic.min.isr", "1");
    return s;
  }
}
