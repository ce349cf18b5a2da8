package io.tidecast.job.bench;

import io.tidecast.connectors.record.Format;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A peer in a JVM of its own, as native libraries do not always bear each other. Told a number of
 * times on a line it does its work so often, and answers with its processor time in nanoseconds;
 * the first answer is {@code ready}, or why it cannot run here.
 */
final class PeerProcess implements AutoCloseable {
  private static final String READY = "ready";

  private final Process process;
  private final BufferedReader answers;
  private final PrintStream questions;
  private final String problem;
  private long leastNanos = Long.MAX_VALUE;

  PeerProcess(Peer peer, BenchOptions options) {
    try {
      process =
          new ProcessBuilder(command(peer, options))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new IllegalStateException(peer.name() + ": " + e, e);
    }
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    String answer = answer();
    problem = READY.equals(answer) ? "" : answer;
  }

  private static List<String> command(Peer peer, BenchOptions options) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        PeerProcess.class.getName(),
        peer.name(),
        Integer.toString(options.keys()),
        Integer.toString(options.records()),
        Integer.toString(options.horizon()),
        Integer.toString(options.hidden()));
  }

  private String answer() {
    try {
      String line = answers.readLine();
      return line == null ? "ended with exit code " + process.waitFor() : line;
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  /** Why it does not run here; empty if it does. */
  String problem() {
    return problem;
  }

  void round(int times) {
    questions.println(times);
    String answer = answer();
    try {
      leastNanos = Math.min(leastNanos, Long.parseLong(answer));
    } catch (NumberFormatException e) {
      throw new IllegalStateException("Expected nanoseconds of a peer but found " + answer, e);
    }
  }

  /** Of the best round, in microseconds. */
  double micros(int times) {
    return leastNanos / 1e3 / times;
  }

  @Override
  public void close() {
    process.destroy();
  }

  /** The other side. */
  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    BenchOptions options =
        new BenchOptions(
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            BenchOptions.Backend.HASHMAP,
            Format.JSON,
            Integer.parseInt(arguments[3]),
            Integer.parseInt(arguments[4]));
    try (Peer peer = named(arguments[0])) {
      peer.open(options);
      answers.println(READY);
      answer(peer, answers);
    } catch (Exception | LinkageError e) {
      answers.println(e.toString().replace('\n', ' '));
    }
  }

  private static Peer named(String name) {
    return Peers.found().stream()
        .filter(peer -> peer.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void answer(Peer peer, PrintStream answers) throws Exception {
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      int times = Integer.parseInt(line);
      long before = Meter.nanos();
      peer.run(times);
      answers.println(Meter.nanos() - before);
    }
  }
}
