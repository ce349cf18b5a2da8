package io.tidecast.job;

import static io.tidecast.model.Checks.that;

/**
 * What tells a job from all others that use the same brokers, directories and database. Two that
 * share one would fence each other's transactions.
 *
 * @param domain whose topics it reads and writes
 * @param instance which of the domain's jobs it is: lower-case letters, digits and hyphens, at most
 *     50, beginning with a letter
 */
public record JobIdentity(String domain, String instance) {
  /** Of a job that was not named. */
  public static final String MAIN = "main";

  public JobIdentity {
    that(
        instance.matches("[a-z][a-z0-9-]{0,49}"),
        "--instance",
        instance,
        "lower-case letters, digits and hyphens, beginning with a letter");
  }

  /** Of the only job of a domain. */
  public static JobIdentity main(String domain) {
    return new JobIdentity(domain, MAIN);
  }

  /**
   * Of the transactions of one sink. Ends with what no part of it may hold, as the connector takes
   * every id that begins with it for its own.
   */
  String transactionalIdPrefix(String topic) {
    return "tidecast." + instance + "." + topic + ":";
  }

  /** Under which the job's progress is shown; nothing is read from it. */
  String consumerGroup() {
    return "tidecast." + domain + "." + instance;
  }

  /** As people see it. */
  public String jobName() {
    return "tidecast " + domain + (instance.equals(MAIN) ? "" : " " + instance);
  }

  /** Of the directory of its checkpoints within one that several jobs may share. */
  public String directory(String job) {
    return domain + "." + job + (instance.equals(MAIN) ? "" : "." + instance);
  }
}
