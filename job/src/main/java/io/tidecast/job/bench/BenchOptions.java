package io.tidecast.job.bench;

import io.tidecast.connectors.record.Format;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import java.util.Locale;
import java.util.Map;

/**
 * What a bench is told. A bench leaves aside what does not concern it.
 *
 * @param keys number of series, 1 or more
 * @param records observations that are measured, over all series; at least one for each
 * @param backend of the job's keyed state
 * @param format of the job's records
 * @param horizon leads of a forecast, in steps
 * @param hidden size of the hidden state
 */
public record BenchOptions(
    int keys, int records, Backend backend, Format format, int horizon, int hidden) {
  /** Where keyed state lives. */
  public enum Backend {
    HASHMAP,
    ROCKSDB;

    /** As Flink names it. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public BenchOptions {
    unless(keys >= 1, "--keys", keys, "1 or more");
    unless(records >= keys, "--records", records, "as many as --keys, or more");
  }

  private static void unless(boolean holds, String option, int value, String accepted) {
    if (!holds) {
      throw new IllegalArgumentException(option + ": " + value + "; accepted: " + accepted);
    }
  }

  /** Hourly values with a daily and a weekly cycle, seven levels; everything else by default. */
  JobConfig config() {
    return file().job();
  }

  private ConfigFile file() {
    return ConfigFile.parse(
        String.format(
            Locale.ROOT,
            """
        domain: bench
        series:
          step: PT1H
          season: P1D
          longSeason: P7D
          targets: [load]
        forecast:
          horizon: %d
        model:
          hidden: %d
        """,
            horizon,
            hidden),
        Map.of());
  }

  /** The same as a job on one partition, in which no history suffices for a training. */
  JobConfig jobConfig(String domain, String servers) {
    String steps = Integer.toString(Math.max(2_000_000, 200 * keys));
    return file()
        .with("domain", domain)
        .with("kafka.bootstrapServers", '"' + servers + '"')
        .with("kafka.partitions", "1")
        .with("retrain.minimumHistory", steps)
        .with("retrain.maxSteps", steps)
        .with("kafka.format", format.toString())
        .with("flink.state.backend.type", backend.label())
        .job();
  }
}
