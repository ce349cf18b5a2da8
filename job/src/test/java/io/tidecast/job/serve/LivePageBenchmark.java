package io.tidecast.job.serve;

import io.tidecast.connectors.embedded.EmbeddedPostgres;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.connectors.postgres.Schema;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;

/**
 * How long the page waits for its first data on a database of 5,000 series and a month of hourly
 * forecasts of 24 leads and 7 levels with their evaluations: first all that lies between a visitor
 * and a drawn forecast, then each question of the page; for another series each time. Prints one
 * JSON line per question, in milliseconds.
 *
 * <pre>
 * mvn -q test-compile -pl job -am
 * java -cp [test class path of job] io.tidecast.job.serve.LivePageBenchmark [series]
 * </pre>
 */
public final class LivePageBenchmark {
  private static final int QUESTIONS = 100;
  private static final long DAY = 86_400_000;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** One question, for the n-th time. */
  private interface Question {
    void ask(int n) throws Exception;
  }

  private LivePageBenchmark() {}

  public static void main(String[] args) throws Exception {
    int series = args.length == 0 ? 5_000 : Integer.parseInt(args[0]);
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.start(Files.createTempDirectory("page-benchmark"))) {
      Schema.migrate(postgres.owner(), "test");
      fill(postgres.owner(), series);
      PostgresConfig reader = Schema.allowReader(postgres.owner(), "reads only");
      try (LivePage page = LivePage.start(reader, "test", 0)) {
        long to = Instant.now().toEpochMilli();
        String range = "&from=" + (to - 2 * DAY) + "&to=" + (to + DAY);
        String month = "&from=" + (to - 30 * DAY) + "&to=" + to;
        time(
            "first data",
            i -> {
              // what the first event says, and then what it makes the page ask for
              get(page, "panel?title=Newest%20forecast&series=" + series(i, series) + range);
              get(page, "panel?title=Forecast&series=" + series(i, series) + range);
            });
        ask(page, "series?search=12", series, "");
        ask(page, "panel?title=Forecast", series, range);
        ask(page, "panel?title=Residuals", series, range);
        ask(page, "panel?title=Live%20accuracy", series, month);
        ask(page, "panel?title=Accuracy%20by%20lead", series, month);
        ask(page, "panel?title=Numbers%20by%20lead", series, month);
        ask(page, "annotation?name=Retraining", series, range);
      }
    }
  }

  private static void fill(PostgresConfig owner, int series) throws SQLException {
    String hours =
        " FROM generate_series(date_trunc('hour', now()) - interval '720 hours', now(), '1 hour')"
            + " h, generate_series(1, "
            + series
            + ") s";
    String quantiles = "array_fill(12.5::real, ARRAY[7,24])";
    String levels = "'{0.05,0.1,0.25,0.5,0.75,0.9,0.95}'";
    run(
        owner,
        "SELECT open_partition(t, d, NULL) FROM unnest(ARRAY['forecast','observation','evaluation'])"
            + " t, generate_series(now() - interval '31 days', now(), '1 day') d");
    run(owner, "INSERT INTO observation SELECT 'S' || s || '/t', h, 12.5, 'test'" + hours);
    run(
        owner,
        "INSERT INTO forecast SELECT 'S' || s || '/t', h, 'PT1H', "
            + levels
            + ", "
            + quantiles
            + ", 't-1-0a1b2c3d', 'model', 'test'"
            + hours);
    run(
        owner,
        "INSERT INTO forecast_latest (series, origin, step, levels, quantiles, model, quality, domain)"
            + " SELECT DISTINCT ON (series) * FROM forecast"
            + " WHERE origin > now() - interval '1 hour' ORDER BY series, origin DESC");
    run(
        owner,
        "INSERT INTO evaluation SELECT 'S' || s || '/t', h, 't-1-0a1b2c3d', 'PT1H', 'PT1H', "
            + levels
            + ", 24, 12, 6, '{20,18,12}', 14, 7, 20, array_fill(1, ARRAY[24]), e, e, e,"
            + " array_fill(1::real, ARRAY[3,24]), array_fill(2::real, ARRAY[3,24]), e, e, e, 'test'"
            + hours
            + ", LATERAL (SELECT array_fill(0.5::real, ARRAY[24]) AS e) AS constant");
    run(owner, "ANALYZE");
  }

  private static void ask(LivePage page, String question, int series, String range)
      throws Exception {
    time(question, i -> get(page, question + "&series=" + series(i, series) + range));
  }

  private static void time(String name, Question question) throws Exception {
    double[] millis = new double[QUESTIONS];
    for (int i = 0; i < QUESTIONS; i++) {
      long started = System.nanoTime();
      question.ask(i);
      millis[i] = (System.nanoTime() - started) / 1e6;
    }
    double first = millis[0];
    Arrays.sort(millis);
    System.out.printf(
        "{\"question\":\"%s\",\"first\":%.1f,\"median\":%.1f,\"p95\":%.1f,\"max\":%.1f}%n",
        name, first, millis[QUESTIONS / 2], millis[QUESTIONS * 95 / 100], millis[QUESTIONS - 1]);
  }

  private static String series(int n, int series) {
    return "S" + (1 + (n * 7919L) % series) + "%2Ft";
  }

  private static void get(LivePage page, String question) throws Exception {
    URI uri = page.uri().resolve("api/" + question);
    HttpResponse<String> answer =
        HTTP.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.body());
    }
  }

  private static void run(PostgresConfig owner, String sql) throws SQLException {
    // not by its own method, which gives up after a minute
    try (Connection connection =
            DriverManager.getConnection(owner.url(), owner.user(), owner.password());
        Statement statement = connection.createStatement()) {
      statement.execute("SET max_parallel_workers_per_gather = 0");
      statement.execute(sql);
    }
  }
}
