package io.tidecast.connectors.record;

import java.util.Locale;

/** How records become bytes. What reads them knows either by its first bytes. */
public enum Format {
  /** For people, and for whatever else reads the topics. */
  JSON,
  /** Avro's single-object encoding: about half the bytes. */
  AVRO;

  /** As a configuration names it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
