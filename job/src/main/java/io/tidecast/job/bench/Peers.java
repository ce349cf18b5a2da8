package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The {@link Peer peers} of a bench in turns with it, each with the processor time of its best
 * round. A library that is not there, or does not run here, has a row that says so.
 */
final class Peers implements AutoCloseable {
  private record Running(Peer peer, PeerProcess process, int times) {}

  private final List<Running> running = new ArrayList<>();
  private final ArrayNode rows = JsonNodeFactory.instance.arrayNode();

  /**
   * Those at one kind of work, too.
   *
   * @param times that the work is done in a round
   */
  Peers with(Peer.Work work, BenchOptions options, int times) {
    int before = running.size() + rows.size();
    for (Peer peer : found()) {
      if (peer.work() == work) {
        begin(peer, options, times);
      }
    }
    if (running.size() + rows.size() == before) {
      row(work).put("missing", "in builds with the Maven profile peers alone");
    }
    return this;
  }

  /** What the class path has, but for what was compiled with a library that is no longer there. */
  static List<Peer> found() {
    List<Peer> found = new ArrayList<>();
    Iterator<Peer> all = ServiceLoader.load(Peer.class).iterator();
    boolean more = true;
    while (more) {
      try {
        more = all.hasNext();
        if (more) {
          found.add(all.next());
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        more = true;
      }
    }
    return found;
  }

  private void begin(Peer peer, BenchOptions options, int times) {
    PeerProcess process = new PeerProcess(peer, options);
    if (process.problem().isEmpty()) {
      running.add(new Running(peer, process, times));
      return;
    }
    process.close();
    row(peer.work()).put("peer", peer.name()).put("missing", process.problem());
  }

  private ObjectNode row(Peer.Work work) {
    return rows.addObject().put("work", work.name().toLowerCase(Locale.ROOT));
  }

  /** One round of each. */
  void round() {
    running.forEach(one -> one.process().round(one.times()));
  }

  /**
   * Adds the rows: a peer's microseconds, and how many times as fast this product is.
   *
   * @param micros of this product, for each kind of work that was asked for
   */
  void report(ObjectNode result, Map<Peer.Work, Double> micros) {
    for (Running one : running) {
      double theirs = one.process().micros(one.times());
      row(one.peer().work())
          .put("peer", one.peer().name())
          .put("micros", Meter.rounded(theirs))
          .put("timesAsFast", Meter.rounded(theirs / micros.get(one.peer().work())));
    }
    if (!rows.isEmpty()) {
      result.set("peers", rows);
    }
  }

  @Override
  public void close() {
    running.forEach(one -> one.process().close());
  }
}
