package io.tidecast.job.bench;

import io.tidecast.connectors.record.Format;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.WindowCollector;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

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
    long steps = Math.max(2_000_000, 200L * keys);
    return onOnePartition(domain, servers)
        .with("retrain.minimumHistory", Long.toString(steps))
        .with("retrain.maxSteps", Long.toString(steps))
        .job();
  }

  /**
   * The same, in which about so many of the series are trained on at every boundary once what is
   * kept of them is full, or nearly so.
   */
  JobConfig retrainedConfig(
      String domain, String servers, int epochHours, int epochsKept, int trainedSeries) {
    ConfigFile retrained =
        onOnePartition(domain, servers)
            .with("retrain.epoch", "PT" + epochHours + "H")
            .with("retrain.cooldown", "PT0S")
            .with("retrain.history", "PT" + epochHours * epochsKept + "H")
            .with("retrain.sample", Double.toString(Math.min(1, (double) trainedSeries / keys)));
    long steps = sampled(retrained.job()) * epochHours * epochsKept;
    return retrained.with("retrain.minimumHistory", Long.toString(1 + steps * 9 / 10)).job();
  }

  private long sampled(JobConfig config) {
    JobParts parts = new JobParts(config);
    WindowCollector collector =
        new WindowCollector(
            config.series().grid(), parts.retrain(), config.maxGapSteps(), parts.targets());
    return IntStream.range(0, keys)
        .mapToObj(series -> GeneratedLoad.stream(series) + "/" + GeneratedLoad.VARIABLE)
        .filter(collector::samples)
        .count();
  }

  private ConfigFile onOnePartition(String domain, String servers) {
    return file()
        .with("domain", domain)
        .with("kafka.bootstrapServers", '"' + servers + '"')
        .with("kafka.partitions", "1")
        .with("kafka.format", format.toString())
        .with("flink.state.backend.type", backend.label());
  }
}
