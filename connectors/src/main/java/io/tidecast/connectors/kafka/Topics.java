package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.Names;
import java.util.Set;

/**
 * The topics of one domain. Names are public.
 *
 * @param domain what is forecast, such as {@code weather}; see {@link Names#isDomain}
 */
public record Topics(String domain) {
  /** How the topic of dead letters is called in any domain, after the domain. */
  static final String DEAD_LETTERS = ".observation.v1.dlq";

  public Topics {
    Names.domain("domain", domain);
  }

  public String observation() {
    return domain + ".observation.v1";
  }

  /** Observations refused, with their reasons in headers. */
  public String deadLetter() {
    return domain + DEAD_LETTERS;
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

  /** All but the observations: what is in them is no input of the job that writes them. */
  public Set<String> written() {
    return Set.of(deadLetter(), forecast(), evaluation(), anomaly(), feed(), model(), control());
  }
}
