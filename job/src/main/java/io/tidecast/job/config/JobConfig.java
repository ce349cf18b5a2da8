package io.tidecast.job.config;

import static io.tidecast.model.Checks.required;
import static io.tidecast.model.Checks.that;
import static java.util.Objects.requireNonNullElse;
import static org.apache.flink.configuration.CheckpointingOptions.CHECKPOINTING_INTERVAL;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.file.FileFeed;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.connectors.record.Names;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.QuantileLevels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;

/**
 * What a configuration file says. Unknown keys and values out of range stop the start; {@code
 * ${NAME}} in a value is replaced by that environment variable.
 *
 * @param domain first part of every topic's name; required
 * @param kafka how to reach Kafka
 * @param source which topics observations are read from, and how
 * @param series which series there are
 * @param forecast what is forecast
 * @param model shape of the recurrent member
 * @param retrain when and on what groups are retrained
 * @param ingest how observations are taken in
 * @param flink settings of Flink, passed through unchanged
 * @param feed where {@code feed} and {@code demo} take observations from; may be absent
 * @param postgres the database of dashboards and live page
 */
public record JobConfig(
    String domain,
    KafkaSection kafka,
    SourceSection source,
    SeriesSection series,
    ForecastSection forecast,
    ModelSection model,
    RetrainSection retrain,
    IngestSection ingest,
    Map<String, String> flink,
    JsonNode feed,
    PostgresSection postgres) {
  static final String FEED = "a section, as in conf/weather.yaml";

  public JobConfig {
    required(domain, "domain", "a name, such as weather");
    Names.domain("domain", domain);
    kafka = requireNonNullElse(kafka, KafkaSection.DEFAULT);
    source = requireNonNullElse(source, SourceSection.DEFAULT);
    required(series, "series", "a section");
    forecast = required(forecast, "forecast", "a section").on(series.grid().spacing());
    model = requireNonNullElse(model, ModelSection.DEFAULT);
    retrain =
        requireNonNullElse(retrain, RetrainSection.DEFAULT)
            .on(series.grid().spacing(), forecast.horizon());
    ingest = requireNonNullElse(ingest, IngestSection.DEFAULT).on(series, retrain.epoch());
    flink = new TreeMap<>(requireNonNullElse(flink, Map.of()));
    FlinkKeys.check(flink);
    feed = feed == null || feed.isNull() ? null : feed;
    postgres = requireNonNullElse(postgres, PostgresSection.DEFAULT);
    steps("ingest.maxGap", ingest.maxGap(), series, 0);
    steps("forecast.evaluationPeriod", forecast.evaluationPeriod(), series, 1);
    that(
        ingest.ttl().compareTo(ingest.maxGap()) > 0,
        "ingest.ttl",
        ingest.ttl(),
        "longer than ingest.maxGap, " + ingest.maxGap());
    that(
        ingest.ttl().compareTo(ingest.maxLate()) > 0,
        "ingest.ttl",
        ingest.ttl(),
        "longer than ingest.maxLate, " + ingest.maxLate());
    that(
        retrain.epoch().compareTo(series.grid().spacing()) >= 0,
        "retrain.epoch",
        retrain.epoch(),
        "series.step, " + series.step() + ", or longer");
    Duration interval = checkpointInterval(flink);
    that(
        kafka.transactionTimeout().compareTo(interval) > 0,
        "kafka.transactionTimeout",
        kafka.transactionTimeout(),
        "longer than flink." + CHECKPOINTING_INTERVAL.key() + ", " + interval);
  }

  private static Duration checkpointInterval(Map<String, String> flink) {
    return Configuration.fromMap(flink).getOptional(CHECKPOINTING_INTERVAL).orElse(Duration.ZERO);
  }

  private static void steps(String key, Duration duration, SeriesSection series, int atLeast) {
    long steps = series.grid().stepsIn(duration);
    that(
        (series.grid().holdsWhole(duration) || !series.grid().isFixed())
            && steps >= atLeast
            && steps <= ForecasterConfig.MAX_STEPS,
        key,
        duration,
        "%d to %d times series.step, %s"
            .formatted(atLeast, ForecasterConfig.MAX_STEPS, series.step()));
  }

  /** Reads a file; refuses what it does not understand with the key and what is accepted. */
  public static JobConfig read(Path file) throws IOException {
    return ConfigFile.read(file).job();
  }

  /** All that holds, defaults included, in the form of a file. Secrets are stars. */
  public String toYaml() {
    return Binder.yaml(this);
  }

  /** What the job's state is written under, by key: all but where it is read from and stored to. */
  public Map<String, String> inEffect() {
    return Binder.flat(this, List.of("domain", "series", "forecast", "model", "retrain", "ingest"));
  }

  /** How the series of a target are forecast. */
  public ForecasterConfig forecaster(String target) {
    return new ForecasterConfig(
        series.grid(),
        forecast.horizon(),
        new QuantileLevels(forecast.levels()),
        series.seasonSteps(),
        series.longSeasonSteps(),
        series.transform(),
        series.variable(target).limits(),
        covariatesOf(target),
        covariatesOf(target).stream().filter(series.knownFuture()::contains).toList(),
        series.localCalendar(),
        model.cellConfig(),
        series.history(),
        maxGapSteps());
  }

  /** How the series of each model group are forecast. */
  public Map<String, ForecasterConfig> groups() {
    Map<String, ForecasterConfig> groups = new TreeMap<>();
    for (String target : series.targets()) {
      ForecasterConfig how = forecaster(target);
      for (String group : series.groupsOf(target)) {
        ForecasterConfig before = groups.put(group, how);
        that(
            before == null || (before.equals(how) && series.variable(target).group() != null),
            "series.variables." + target + ".group",
            group,
            "a name of its own, or that of targets with equal limits and covariates");
      }
    }
    return groups;
  }

  /** How topics that do not exist yet are created. */
  public TopicsConfig topicsConfig() {
    return kafka.topicsConfig();
  }

  /** Where observations come from. */
  public Feed anyFeed() {
    that(feed != null, "feed", "absent", FEED);
    return Binder.bind("feed", feed, Feed.class);
  }

  /** Where history comes from offline. */
  public FileFeed fileFeed() {
    if (anyFeed() instanceof FileFeed file) {
      return file;
    }
    throw new IllegalArgumentException(
        "feed.type: " + feed.path("type").asText() + "; accepted here: file");
  }

  /** The variables that go with a target, in order. */
  public List<String> covariatesOf(String target) {
    return series.covariates().stream().filter(name -> !name.equals(target)).toList();
  }

  /** How to reach Kafka, and the topics of the domain. */
  public KafkaConfig kafkaConfig() {
    return new KafkaConfig(kafka.bootstrapServers(), domain, kafka.properties(), kafka.format());
  }

  /** Longest gap that is bridged, in steps. */
  public int maxGapSteps() {
    return (int) series.grid().stepsIn(ingest.maxGap());
  }

  /** Length of an evaluation period in steps. */
  public int evaluationSteps() {
    return (int) Math.max(1, series.grid().stepsIn(forecast.evaluationPeriod()));
  }
}
