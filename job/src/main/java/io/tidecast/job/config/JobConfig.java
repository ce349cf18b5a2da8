package io.tidecast.job.config;

import static io.tidecast.job.config.Invalid.orElse;
import static io.tidecast.job.config.Invalid.required;
import static io.tidecast.job.config.Invalid.unless;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.FileFeed;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.job.forecast.ForecastFunction;
import io.tidecast.job.ingest.IngestConfig;
import io.tidecast.job.retrain.ChallengerTrainer;
import io.tidecast.job.retrain.RetrainConfig;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.Limits;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.train.TrainingConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;

/**
 * A configuration file. Unknown keys and values out of range stop the start; {@code ${NAME}} in a
 * value is replaced by that environment variable.
 *
 * @param domain first part of every topic's name; required
 * @param kafka how to reach Kafka
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
    Kafka kafka,
    SeriesConfig series,
    Forecast forecast,
    Model model,
    Retrain retrain,
    Ingest ingest,
    Map<String, String> flink,
    JsonNode feed,
    Postgres postgres) {

  /**
   * How to reach Kafka.
   *
   * @param bootstrapServers host:port, comma separated (default 127.0.0.1:9092)
   * @param properties client settings, passed through unchanged: TLS, SASL and the like
   * @param transactionTimeout longest outage that loses no output; at most the broker's {@code
   *     transaction.max.timeout.ms} (default PT15M)
   * @param partitions of topics that do not exist yet (default 4)
   */
  public record Kafka(
      String bootstrapServers,
      Map<String, String> properties,
      Duration transactionTimeout,
      Integer partitions) {
    static final Kafka DEFAULT = new Kafka(null, null, null, null);

    public Kafka {
      bootstrapServers = orElse(bootstrapServers, "127.0.0.1:9092");
      properties = new TreeMap<>(orElse(properties, Map.of()));
      transactionTimeout = orElse(transactionTimeout, Duration.ofMinutes(15));
      partitions = orElse(partitions, 4);
      unless(partitions >= 1, "kafka.partitions", partitions, "1 or more");
    }

    /** Without the values of the properties, passwords among them. */
    @Override
    public String toString() {
      return "Kafka[" + bootstrapServers + ", properties=" + properties.keySet() + "]";
    }

    public Kafka at(String servers) {
      return new Kafka(servers, properties, transactionTimeout, partitions);
    }
  }

  /**
   * What is forecast.
   *
   * @param horizon leads of a forecast, in steps; required
   * @param levels quantile levels (default 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
   * @param evaluationPeriod errors are summed up over periods of this length (default one hour, or
   *     the step if that is longer)
   */
  public record Forecast(Integer horizon, List<Double> levels, Duration evaluationPeriod) {
    public Forecast {
      required(horizon, "forecast.horizon", "a number of steps");
      levels = orElse(levels, QuantileLevels.DEFAULT.values());
    }
  }

  /**
   * Shape of the recurrent member, and parts switched off for experiments.
   *
   * @param cell {@code lstm} (default), {@code rnn}, {@code feed-forward} or {@code none}
   * @param layers stacked layers (default 1)
   * @param hidden size of the hidden state (default 32)
   * @param ablate any of {@code state}, {@code cell}, {@code recurrent-output}, {@code highway}
   */
  public record Model(CellConfig.Kind cell, Integer layers, Integer hidden, List<String> ablate) {
    private static final List<String> PARTS =
        List.of("state", "cell", "recurrent-output", "highway");
    static final Model DEFAULT = new Model(null, null, null, null);

    public Model {
      cell = orElse(cell, CellConfig.DEFAULT.kind());
      layers = orElse(layers, CellConfig.DEFAULT.layers());
      hidden = orElse(hidden, CellConfig.DEFAULT.hidden());
      ablate = List.copyOf(orElse(ablate, List.of()));
      unless(PARTS.containsAll(ablate), "model.ablate", ablate, "any of " + PARTS);
    }

    ForecasterConfig.Ablation ablation() {
      return new ForecasterConfig.Ablation(
          ablate.contains("state"),
          ablate.contains("cell"),
          ablate.contains("recurrent-output"),
          ablate.contains("highway"));
    }
  }

  /**
   * When and on what groups are retrained; see {@link RetrainConfig} for the meaning of each.
   *
   * @param epoch default P7D
   * @param lead default a sixtieth of the epoch
   * @param every default the epoch
   * @param minimumHistory default 672 steps
   * @param window default 24 steps
   * @param history default P365D
   * @param sample default 1
   * @param margin share of the champion's loss that a challenger must gain, [0, 1) (default 0)
   * @param seed default 1
   */
  public record Retrain(
      Duration epoch,
      Duration lead,
      Duration every,
      Integer minimumHistory,
      Integer window,
      Duration history,
      Double sample,
      Double margin,
      Long seed) {
    static final Retrain DEFAULT =
        new Retrain(null, null, null, null, null, null, null, null, null);

    public Retrain {
      epoch = orElse(epoch, Duration.ofDays(7));
      lead = orElse(lead, epoch.dividedBy(60));
      every = orElse(every, epoch);
      minimumHistory = orElse(minimumHistory, 672);
      window = orElse(window, 24);
      history = orElse(history, Duration.ofDays(365));
      sample = orElse(sample, 1.0);
      margin = orElse(margin, 0.0);
      unless(margin >= 0 && margin < 1, "retrain.margin", margin, "0 to below 1");
      seed = orElse(seed, 1L);
    }

    public RetrainConfig toConfig() {
      return new RetrainConfig(epoch, lead, every, minimumHistory, window, history, sample, seed);
    }
  }

  /**
   * How observations are taken in.
   *
   * @param maxOutOfOrder how far an observation may lie behind the latest of its partition before
   *     its step may be closed (default PT0S)
   * @param maxFuture how far an event time may lie ahead of the broker's append time (default
   *     PT10M)
   * @param maxGap longest gap that is bridged by masked steps (default 24 steps)
   * @param idleTimeout a partition without records for this long no longer holds the others back;
   *     PT0S: never (default PT30S)
   * @param ttl state of a series without observations for this long is dropped (default P90D)
   */
  public record Ingest(
      Duration maxOutOfOrder,
      Duration maxFuture,
      Duration maxGap,
      Duration idleTimeout,
      Duration ttl) {
    static final Ingest DEFAULT = new Ingest(null, null, null, null, null);

    public Ingest {
      maxOutOfOrder = orElse(maxOutOfOrder, Duration.ZERO);
      maxFuture = orElse(maxFuture, Duration.ofMinutes(10));
      idleTimeout = orElse(idleTimeout, Duration.ofSeconds(30));
      ttl = orElse(ttl, Duration.ofDays(90));
      unless(!maxOutOfOrder.isNegative(), "ingest.maxOutOfOrder", maxOutOfOrder, "PT0S or longer");
      unless(!maxFuture.isNegative(), "ingest.maxFuture", maxFuture, "PT0S or longer");
    }
  }

  /**
   * The database of dashboards and live page: {@code store} writes to it.
   *
   * @param url default jdbc:postgresql://127.0.0.1:5432/tidecast
   * @param user role that owns the tables (default tidecast)
   * @param password of that role; as an environment variable, {@code ${NAME}} (default none)
   * @param readerPassword with which {@code tidecast_reader} may log in; none: it may not (default)
   * @param retention partitions older than the newest by more than this are dropped; PT0S: never
   *     (default P90D)
   */
  public record Postgres(
      String url, String user, String password, String readerPassword, Duration retention) {
    static final Postgres DEFAULT = new Postgres(null, null, null, null, null);

    public Postgres {
      url = orElse(url, "jdbc:postgresql://127.0.0.1:5432/tidecast");
      user = orElse(user, "tidecast");
      password = orElse(password, "");
      readerPassword = orElse(readerPassword, "");
      retention = orElse(retention, Duration.ofDays(90));
      unless(!retention.isNegative(), "postgres.retention", retention, "PT0S or longer");
    }

    public PostgresConfig owner() {
      return new PostgresConfig(url, user, password);
    }

    public PostgresConfig reader() {
      return new PostgresConfig(url, PostgresConfig.READER, readerPassword);
    }

    /** Without the passwords. */
    @Override
    public String toString() {
      return "Postgres[" + owner() + ", retention=" + retention + "]";
    }
  }

  public JobConfig {
    required(domain, "domain", "a name, such as weather");
    unless(
        domain.matches("[a-z][a-z0-9-]{0,99}"),
        "domain",
        domain,
        "lower-case letters, digits and hyphens, beginning with a letter");
    kafka = orElse(kafka, Kafka.DEFAULT);
    required(series, "series", "a section");
    required(forecast, "forecast", "a section");
    model = orElse(model, Model.DEFAULT);
    retrain = orElse(retrain, Retrain.DEFAULT);
    ingest = orElse(ingest, Ingest.DEFAULT);
    flink = new TreeMap<>(orElse(flink, Map.of()));
    postgres = orElse(postgres, Postgres.DEFAULT);
    retrain.toConfig();
  }

  /** The same job on other brokers. */
  public JobConfig withBootstrapServers(String servers) {
    return new JobConfig(
        domain, kafka.at(servers), series, forecast, model, retrain, ingest, flink, feed, postgres);
  }

  /** The same with another horizon, in steps. */
  public JobConfig withHorizon(int horizon) {
    Forecast other = new Forecast(horizon, forecast.levels(), forecast.evaluationPeriod());
    return new JobConfig(
        domain, kafka, series, other, model, retrain, ingest, flink, feed, postgres);
  }

  /** The same with another cell. */
  public JobConfig withCell(CellConfig.Kind cell) {
    Model other = new Model(cell, model.layers(), model.hidden(), model.ablate());
    return new JobConfig(
        domain, kafka, series, forecast, other, retrain, ingest, flink, feed, postgres);
  }

  /** The same without covariates. */
  public JobConfig withoutCovariates() {
    return new JobConfig(
        domain,
        kafka,
        series.withoutCovariates(),
        forecast,
        model,
        retrain,
        ingest,
        flink,
        feed,
        postgres);
  }

  /** How the series of a target are forecast. */
  public ForecasterConfig forecaster(String target) {
    return new ForecasterConfig(
        series.step(),
        forecast.horizon(),
        new QuantileLevels(forecast.levels()),
        series.seasonSteps(),
        series.longSeasonSteps(),
        series.transform(),
        series.variable(target).limits(),
        covariatesOf(target),
        series.localCalendar(),
        new CellConfig(model.cell(), model.layers(), model.hidden()),
        series.history(),
        maxGapSteps(),
        model.ablation());
  }

  /** How the series of each model group are forecast. */
  public Map<String, ForecasterConfig> groups() {
    Map<String, ForecasterConfig> groups = new TreeMap<>();
    for (String target : series.targets()) {
      ForecasterConfig how = forecaster(target);
      ForecasterConfig before = groups.put(series.group(target), how);
      unless(
          before == null || before.equals(how),
          "series.variables." + target + ".group",
          series.group(target),
          "targets with equal limits and covariates");
    }
    return groups;
  }

  /** How topics that do not exist yet are created: kept for ever, for whoever replays them. */
  public TopicsConfig topicsConfig() {
    return new TopicsConfig(kafka.partitions(), 0, Duration.ZERO);
  }

  /**
   * Settings of Flink: those of the configuration over what the job needs, which is checkpoints and
   * no generic serializer.
   */
  public Configuration flinkConfiguration() {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
    // while the past is replayed a training holds barriers up: a late checkpoint is no failure
    settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1_000);
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    flink.forEach(settings::setString);
    return settings;
  }

  /** Trains the groups of this job. */
  public ChallengerTrainer trainer() {
    return new ChallengerTrainer(groups(), TrainingConfig.DEFAULT, retrain.margin(), version());
  }

  /** Version of this software, as the build wrote it into the jar. */
  public static String version() {
    String version = JobConfig.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  /**
   * Where observations come from.
   *
   * @param data takes the place of the file of a {@code feed} of type {@code file}
   */
  public Feed feed(Optional<Path> data) {
    unless(feed != null, "feed", "absent", "a section, as in conf/weather.yaml");
    unless(
        data.isEmpty() || feed.path("type").asText().equals("file"),
        "--data",
        data.orElse(null),
        "only with a feed of type file in the configuration");
    JsonNode settings = feed.deepCopy();
    data.ifPresent(file -> ((ObjectNode) settings).put("file", file.toString()));
    return ConfigText.bind("feed", settings, Feed.class);
  }

  /**
   * Where history comes from offline.
   *
   * @param data takes the place of the file
   */
  public FileFeed fileFeed(Optional<Path> data) {
    if (feed(data) instanceof FileFeed file) {
      return file;
    }
    throw new IllegalArgumentException(
        "feed.type: " + feed.path("type").asText() + "; accepted here: file");
  }

  /** What the forecast function is told. */
  public ForecastFunction.Config forecastConfig() {
    return new ForecastFunction.Config(
        series.step(),
        groups(),
        evaluationSteps(),
        ingest.ttl().toMillis() / series.step().toMillis());
  }

  /** What ingest makes of a record. */
  public IngestConfig ingestConfig() {
    Map<String, List<String>> covariates = new TreeMap<>();
    Map<String, String> groups = new TreeMap<>();
    for (String target : series.targets()) {
      covariates.put(target, covariatesOf(target));
      groups.put(target, series.group(target));
    }
    Map<String, Limits> limits = new TreeMap<>();
    series.variables().forEach((name, variable) -> limits.put(name, variable.limits()));
    return new IngestConfig(
        Grid.of(series.step()),
        series.targets(),
        covariates,
        groups,
        limits,
        ingest.maxOutOfOrder().toMillis(),
        ingest.maxFuture().toMillis());
  }

  private List<String> covariatesOf(String target) {
    return series.covariates().stream().filter(name -> !name.equals(target)).toList();
  }

  /** How to reach Kafka, and the topics of the domain. */
  public KafkaConfig kafkaConfig() {
    return new KafkaConfig(kafka.bootstrapServers(), domain, kafka.properties());
  }

  /** Longest gap that is bridged, in steps. */
  public int maxGapSteps() {
    return ingest.maxGap() == null
        ? ForecasterConfig.DEFAULT_MAX_GAP
        : (int) (ingest.maxGap().toMillis() / series.step().toMillis());
  }

  /** Length of an evaluation period in steps. */
  public int evaluationSteps() {
    Duration period = orElse(forecast.evaluationPeriod(), Duration.ofHours(1));
    return (int) Math.max(1, period.toMillis() / series.step().toMillis());
  }

  /** Reads a file; refuses what it does not understand with the key and what is accepted. */
  public static JobConfig read(Path file) throws IOException {
    unless(Files.isReadable(file), "--config", file, "a file that can be read");
    return parse(Files.readString(file), System.getenv());
  }

  /** The generated weather that the demo shows unless told otherwise. */
  public static JobConfig generatedWeather() throws IOException {
    try (InputStream yaml = JobConfig.class.getResourceAsStream("/conf/weather.yaml")) {
      return parse(new String(yaml.readAllBytes(), StandardCharsets.UTF_8), System.getenv());
    }
  }

  static JobConfig parse(String yaml, Map<String, String> environment) {
    JsonNode tree = ConfigText.parse(yaml, environment);
    unless(tree.isObject(), "configuration", tree, "YAML sections, as in conf/weather.yaml");
    JobConfig config = ConfigText.bind("", tree, JobConfig.class);
    // what only shows when sections meet is refused here too, before anything is started
    config.groups();
    return config;
  }
}
