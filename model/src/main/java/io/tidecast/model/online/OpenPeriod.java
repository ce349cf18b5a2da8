package io.tidecast.model.online;

import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The evaluations of the period that is not over yet, by model version, in order of their first.
 */
final class OpenPeriod {
  private final ForecasterConfig config;
  private final Map<String, Scores> byVersion = new LinkedHashMap<>();
  private long end;
  private String latestVersion;
  private Scores latest;
  // of the period before: one version serves nearly always
  private Scores spare;

  OpenPeriod(ForecasterConfig config) {
    this.config = config;
  }

  /** Without the names of the versions. */
  static int bytes(ForecasterConfig config, int versions) {
    return Long.BYTES + Short.BYTES + versions * Scores.bytes(config);
  }

  /** The scores of a version for targets in the period that ends with step {@code periodEnd}. */
  Scores scores(String version, long periodEnd) {
    end = periodEnd;
    if (!version.equals(latestVersion)) {
      latest = known(version);
      latestVersion = version;
    }
    return latest;
  }

  /** {@code closed}, and the evaluations if the period ends with or before {@code index}. */
  List<Evaluation> close(long index, List<Evaluation> closed) {
    if (byVersion.isEmpty() || end > index) {
      return closed;
    }
    List<Evaluation> more = new ArrayList<>(closed);
    byVersion.forEach((version, scores) -> more.add(scores.evaluation(end, version)));
    clear();
    return more;
  }

  void set(OpenPeriod other) {
    end = other.end;
    clear();
    other.byVersion.forEach((version, scores) -> byVersion.put(version, scores.copy(config)));
  }

  private Scores known(String version) {
    Scores known = byVersion.get(version);
    if (known == null) {
      known = spare == null ? new Scores(config) : spare;
      spare = null;
      byVersion.put(version, known);
    }
    return known;
  }

  private void clear() {
    if (latest != null) {
      latest.clear();
      spare = latest;
    }
    byVersion.clear();
    latestVersion = null;
    latest = null;
  }

  List<String> versions() {
    return new ArrayList<>(byVersion.keySet());
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(end);
    out.writeShort(byVersion.size());
    for (Map.Entry<String, Scores> entry : byVersion.entrySet()) {
      out.writeUTF(entry.getKey());
      entry.getValue().write(out);
    }
  }

  void read(DataInput in) throws IOException {
    read(in, Scores::read);
  }

  void readFormat8(DataInput in) throws IOException {
    read(in, Scores::readFormat8);
  }

  @FunctionalInterface
  private interface Reading {
    void of(Scores scores, DataInput in) throws IOException;
  }

  private void read(DataInput in, Reading reading) throws IOException {
    end = in.readLong();
    clear();
    int versions = in.readUnsignedShort();
    for (int i = 0; i < versions; i++) {
      String version = in.readUTF();
      Scores scores = new Scores(config);
      reading.of(scores, in);
      byVersion.put(version, scores);
    }
  }
}
