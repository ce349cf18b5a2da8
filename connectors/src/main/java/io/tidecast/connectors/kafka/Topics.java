package io.tidecast.connectors.kafka;

import java.util.regex.Pattern;

/**
 * The topics of one domain. Names are public.
 *
 * @param domain what is forecast, such as {@code weather}: lower-case letters, digits and hyphens,
 *     beginning with a letter, at most 100 characters
 */
public record Topics(String domain) {
  private static final Pattern DOMAIN = Pattern.compile("[a-z][a-z0-9-]{0,99}");

  public Topics {
    if (!DOMAIN.matcher(domain).matches()) {
      throw new IllegalArgumentException(
          "kafka.domain: '"
              + domain
              + "'; accepted: lower-case letters, digits and hyphens, beginning with a letter");
    }
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

  public String anomaly() {
    return domain + ".anomaly.v1";
  }

  /** Registry of models: compacted, one partition. */
  public String model() {
    return domain + ".model.v1";
  }

  /** Requests to the retraining: one partition. */
  public String control() {
    return domain + ".control.v1";
  }
}
