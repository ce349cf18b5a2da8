package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.Names;

/**
 * The topics of one domain. Names are public.
 *
 * @param domain what is forecast, such as {@code weather}; see {@link Names#isDomain}
 */
public record Topics(String domain) {
  public Topics {
    Names.domain("domain", domain);
  }

  public String observation() {
    return domain + ".observation.v1";
  }

  /** Observations refused, with their reasons in headers. */
  public String deadLetter() {
    return domain + ".observation.v1.dlq";
  }

  public String forecast() {
    return domain + ".forecast.v1";
  }

  public String evaluation() {
    return domain + ".evaluation.v1";
  }

  /** Observations that were not to be expected. */
  public String anomaly() {
    return domain + ".anomaly.v1";
  }

  /** How far each feed has come, and who holds the name of a job: compacted, one partition. */
  public String feed() {
    return domain + ".feed.v1";
  }

  /** Registry of models: compacted, one partition. */
  public String model() {
    return domain + ".model.v1";
  }

  /** What people ask of the retraining: one partition. */
  public String control() {
    return domain + ".control.v1";
  }
}
