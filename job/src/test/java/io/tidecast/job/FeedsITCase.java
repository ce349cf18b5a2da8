package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.feed.FeedRunner;
import io.tidecast.connectors.feed.Speed;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.DeadLetterTopic;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.connectors.serde.ObservationDecoder;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.offline.FileCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of many kinds, by the configuration that a look at each has written, and both services of
 * the web, which fail at first: through a broker and one job to forecasts. What was read is the sum
 * of what became of it.
 */
class FeedsITCase {
  private static final Instant START = Instant.parse("2025-03-01T00:00:00Z");
  private static final int ROWS = 40;
  private static final int PARTITIONS = 2;

  @TempDir private Path directory;

  @Test
  void eachFeedComesToForecastsAndEveryValueToSomething() throws Exception {
    HttpServer web = web();
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      JobConfig config = config(kafka.bootstrapServers());
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
      Map<String, JobConfig> feeds = files();
      feeds.put("meteo", withFeed(meteo(web.getAddress().getPort())));
      feeds.put("PRICES", withFeed(prices(web.getAddress().getPort())));
      for (Map.Entry<String, JobConfig> feed : feeds.entrySet()) {
        feed(config, feed.getKey(), feed.getValue());
      }
      // one that amends its step, one that comes too late for that, and one that is none
      Publisher.publish(config, List.of(observation(ROWS - 3, 77), late(), broken("plain")));

      Map<String, Object> counts = run(config);

      Map<String, Long> steps = new TreeMap<>();
      feeds.keySet().forEach(name -> steps.put(name, (long) ROWS));
      steps.put("outside", ROWS - 1L);
      steps.put("bad", ROWS - 1L);
      assertEquals(steps, forecasts(config));
      long read = values(config);
      Map<String, Long> fate = new TreeMap<>();
      for (String counter :
          List.of(
              Metrics.STEPPED, Metrics.REPLACED, Metrics.CORRECTED, Metrics.LATE, Metrics.MASKED)) {
        fate.put(counter, (Long) counts.get(counter));
      }
      assertEquals(read, fate.values().stream().mapToLong(n -> n).sum(), fate::toString);
      // a record at the end of its step closes that, and the row sent again amends it
      assertEquals(
          List.of(0L, ROWS + 1L, 1L, 1L),
          List.of(
              fate.get(Metrics.REPLACED),
              fate.get(Metrics.CORRECTED),
              fate.get(Metrics.LATE),
              fate.get(Metrics.MASKED)));
      assertEquals(
          Map.of("late", 1L, "masked", 1L, "malformed", 1L), letters(config), "dead letters");
      assertEquals(
          1,
          new DeadLetterTopic(config.kafkaConfig())
              .replay(entry -> entry.letter().reason().equals(DeadLetter.LATE))
              .records());
      assertEquals(2, copies(config, late().json()), "as it was published");
    } finally {
      web.stop(0);
    }
  }

  private static JobConfig config(String brokers) {
    return parse(
        """
        domain: feeds
        kafka: {bootstrapServers: "%s", partitions: %d}
        """
            .formatted(brokers, PARTITIONS));
  }

  private static JobConfig parse(String begin) {
    return ConfigFile.parse(
            begin
                + """
                series:
                  step: PT1H
                  targets: [v, temperature_2m, close]
                  variables: {v: {maximum: 1000}}
                forecast: {horizon: 3}
                retrain: {minimumHistory: 1000000}
                ingest: {maxLate: PT5H}
                """,
            Map.of())
        .job();
  }

  private static JobConfig withFeed(String feed) {
    return parse("domain: feeds\nfeed: " + feed + "\n");
  }

  /** By stream, which is the file's name. */
  private Map<String, JobConfig> files() throws IOException {
    DateTimeFormatter german = DateTimeFormatter.ofPattern("dd.MM.yyyy;HH:mm");
    Map<String, JobConfig> feeds = new LinkedHashMap<>();
    feeds.put("plain", csv("plain", "time,v", i -> hour(i) + "," + value(i)));
    feeds.put(
        "german",
        checked(
            "german",
            text("Datum;Zeit;v;Größe", i -> local(i).format(german) + ";" + comma(i) + ";ß")
                .getBytes(Charset.forName("windows-1252"))));
    feeds.put("descending", csv("descending", "time,v", i -> hour(ROWS - 1 - i) + "," + value(i)));
    feeds.put(
        "resent",
        csv(
            "resent",
            "time,v",
            i -> hour(i) + "," + value(i) + "\n" + hour(i) + "," + value(i + 1)));
    feeds.put("outside", csv("outside", "time,v", i -> hour(i) + "," + (i == 9 ? 5000 : value(i))));
    feeds.put(
        "bad", csv("bad", "time,v", i -> (i == 9 ? "Total" : hour(i).toString()) + "," + value(i)));
    feeds.put(
        "clock",
        csv(
            "clock",
            "time,v",
            i -> (i == 0 ? "1970-01-01T00:00:05Z,1\n" : "") + hour(i) + "," + value(i)));
    feeds.put(
        "seconds", csv("seconds", "time\tv", i -> hour(i).getEpochSecond() + ".5\t$" + value(i)));
    feeds.put(
        "blanks",
        csv(
            "blanks",
            "date time  v",
            i -> local(i).toString().replace("T", "  ") + "   " + value(i)));
    feeds.put(
        "lines",
        checked(
            "lines",
            text(
                    "",
                    i -> "{\"ts\":%d,\"m\":{\"v\":%s}}".formatted(hour(i).toEpochMilli(), value(i)))
                .getBytes(StandardCharsets.UTF_8)));
    feeds.put(
        "byhour",
        checked(
            "byhour",
            IntStream.range(0, ROWS)
                .mapToObj(i -> "\"%s\":{\"v\":%s}".formatted(hour(i), value(i)))
                .collect(Collectors.joining(",", "{\"h\":{", "}}"))
                .getBytes(StandardCharsets.UTF_8)));
    feeds.put("zipped", checked("zipped", zipped(text("time,v", i -> hour(i) + "," + value(i)))));
    return feeds;
  }

  private JobConfig csv(String name, String header, IntFunction<String> row) throws IOException {
    return checked(name, text(header, row).getBytes(StandardCharsets.UTF_8));
  }

  /** What a look at the file writes. */
  private JobConfig checked(String name, byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve(name + ".txt"), bytes);
    return ConfigFile.parse(FileCheck.of(file), Map.of()).job();
  }

  private static String text(String header, IntFunction<String> row) {
    return IntStream.range(0, ROWS)
        .mapToObj(row)
        .collect(Collectors.joining("\n", header.isEmpty() ? "" : header + "\n", "\n"));
  }

  private static byte[] zipped(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static Instant hour(int i) {
    return START.plusSeconds(3_600L * i);
  }

  private static LocalDateTime local(int i) {
    return LocalDateTime.ofInstant(hour(i), ZoneOffset.UTC);
  }

  private static double value(int i) {
    return 20 + i % 7 + 0.5;
  }

  private static String comma(int i) {
    return Double.toString(value(i)).replace('.', ',');
  }

  private static String meteo(int port) {
    return """
        {type: open-meteo, locations: {meteo: [52.5, 13.4]}, variables: [temperature_2m],
         start: '%s', end: '%s', archive: 'http://127.0.0.1:%d/archive',
         requestsPerMinute: 6000, backOff: PT0.01S}
        """
        .formatted(START, hour(ROWS), port)
        .replace("\n", " ");
  }

  private static String prices(int port) {
    return """
        {type: binance, symbols: [PRICES], interval: 1h, start: '%s', end: '%s',
         rest: 'http://127.0.0.1:%d', stream: 'ws://127.0.0.1:%d', requestsPerMinute: 6000,
         backOff: PT0.01S}
        """
        .formatted(hour(-1), hour(ROWS - 1), port, port)
        .replace("\n", " ");
  }

  /** Both services; the first two answers of each are failures. */
  private static HttpServer web() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    AtomicInteger weather = new AtomicInteger();
    AtomicInteger market = new AtomicInteger();
    server.createContext("/archive", exchange -> answer(exchange, weather, hours()));
    server.createContext(
        "/api/v3/time",
        exchange -> answer(exchange, market, "{\"serverTime\":" + hour(900).toEpochMilli() + "}"));
    server.createContext("/api/v3/klines", exchange -> answer(exchange, market, bars()));
    server.start();
    return server;
  }

  private static void answer(HttpExchange exchange, AtomicInteger asked, String body)
      throws IOException {
    boolean fails = asked.getAndIncrement() < 2;
    byte[] bytes = (fails ? "{\"reason\":\"busy\"}" : body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Retry-After", "0");
    exchange.sendResponseHeaders(fails ? 503 - 74 * (asked.get() % 2) : 200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String hours() {
    return "{\"hourly\":{\"time\":%s,\"temperature_2m\":%s}}"
        .formatted(
            IntStream.range(0, 48).mapToObj(i -> hour(i).getEpochSecond()).toList(),
            IntStream.range(0, 48).mapToObj(FeedsITCase::value).toList());
  }

  private static String bars() {
    return IntStream.range(-1, 48)
        .mapToObj(
            i ->
                "[%d,\"1\",\"99\",\"1\",\"%s\",\"5\",%d]"
                    .formatted(
                        hour(i).toEpochMilli(), value(i + 1), hour(i + 1).toEpochMilli() - 1))
        .toList()
        .toString();
  }

  private static void feed(JobConfig to, String name, JobConfig from) {
    FeedRunner runner =
        new FeedRunner(
            to.kafkaConfig(),
            name,
            from.anyFeed().anchored(START),
            new Speed.Max(),
            Clock.systemUTC(),
            (rows, time) -> {});
    assertTrue(runner.run() >= ROWS - 1, name);
  }

  private static Publisher.Observation observation(int step, double value) {
    return new Publisher.Observation(
        partition("plain"),
        "plain",
        "{\"stream\":\"plain\",\"time\":\"%s\",\"values\":{\"v\":%s}}"
            .formatted(hour(step), value));
  }

  /** With more in it than a late letter tells. */
  private static Publisher.Observation late() {
    Publisher.Observation plain = observation(3, 78);
    return new Publisher.Observation(
        plain.partition(), plain.stream(), plain.json().replace("}}", ", \"other\": 1}}"));
  }

  private static Publisher.Observation broken(String stream) {
    return new Publisher.Observation(partition(stream), stream, "{\"stream\":\"plain");
  }

  private static int partition(String stream) {
    return Utils.toPositive(Utils.murmur2(stream.getBytes(StandardCharsets.UTF_8))) % PARTITIONS;
  }

  private static Map<String, Object> run(JobConfig config) throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, new JobParts(config).flink());
    new ForecastJob(config, new JobParts(config).trainer()).addTo(env, KafkaEnds.bounded(config));
    return env.execute(config.domain()).getAllAccumulatorResults();
  }

  /** Forecasts of each stream. */
  private static Map<String, Long> forecasts(JobConfig config) {
    Map<String, Long> counts = new TreeMap<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().forecast(),
        record -> {
          String series = ForecastJsonV1.read(record.value()).series();
          counts.merge(series.substring(0, series.indexOf('/')), 1L, Long::sum);
        });
    return counts;
  }

  /** Values of targets in the topic of observations. */
  private static long values(JobConfig config) {
    List<String> targets = config.series().targets();
    List<Long> values = new ArrayList<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().observation(),
        record -> {
          if (ObservationDecoder.decode(record.value()) instanceof Decoded.Accepted accepted) {
            values.add(
                accepted.observation().values().keySet().stream()
                    .filter(targets::contains)
                    .count());
          }
        });
    return values.stream().mapToLong(n -> n).sum();
  }

  /** How often a record is in the topic of observations, byte by byte. */
  private static long copies(JobConfig config, String value) {
    List<String> equal = new ArrayList<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().observation(),
        record -> equal.add(new String(record.value(), StandardCharsets.UTF_8)));
    return equal.stream().filter(value::equals).count();
  }

  private static Map<String, Long> letters(JobConfig config) {
    List<String> reasons = new ArrayList<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().deadLetter(),
        record ->
            Arrays.stream(record.headers().toArray())
                .filter(header -> header.key().equals(DeadLetter.REASON_HEADER))
                .forEach(
                    header -> reasons.add(new String(header.value(), StandardCharsets.UTF_8))));
    return reasons.stream().collect(Collectors.groupingBy(r -> r, Collectors.counting()));
  }
}
