package io.tidecast.job.cluster;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Ports of the loopback interface that a cluster uses for as long as its directory exists: clients
 * and the parts themselves find each other again after a restart.
 *
 * @param rest Flink's web page and REST interface
 * @param kafka the broker
 * @param postgres the database
 * @param jobManager where TaskManagers report
 * @param zooKeeper where it is written down who leads
 */
public record Ports(int rest, int kafka, int postgres, int jobManager, int zooKeeper) {

  static Ports read(Path file) throws IOException {
    Properties text = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      text.load(reader);
    }
    return new Ports(
        port(text, "rest"),
        port(text, "kafka"),
        port(text, "postgres"),
        port(text, "jobManager"),
        port(text, "zooKeeper"));
  }

  void write(Path file) throws IOException {
    Properties text = new Properties();
    text.setProperty("rest", Integer.toString(rest));
    text.setProperty("kafka", Integer.toString(kafka));
    text.setProperty("postgres", Integer.toString(postgres));
    text.setProperty("jobManager", Integer.toString(jobManager));
    text.setProperty("zooKeeper", Integer.toString(zooKeeper));
    try (Writer writer = Files.newBufferedWriter(file)) {
      text.store(writer, "ports of this cluster");
    }
  }

  private static int port(Properties text, String name) throws IOException {
    try {
      return Integer.parseInt(text.getProperty(name, "absent"));
    } catch (NumberFormatException e) {
      throw new IOException(name + ": " + text.getProperty(name) + "; accepted: a port", e);
    }
  }
}
