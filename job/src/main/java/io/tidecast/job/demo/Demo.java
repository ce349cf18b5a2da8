package io.tidecast.job.demo;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.embedded.EmbeddedPostgres.CannotStartException;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.FeedRunner;
import io.tidecast.connectors.feed.Speed;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Everything in one process: a real broker, the job on a mini cluster with its web page, a feed.
 *
 * <p>What it leaves in its work directory is enough to go on after a stop or a kill: the broker's
 * logs, the job's checkpoints, the feed's position (in the broker) and the moment a generated feed
 * is anchored to.
 */
public final class Demo {
  /**
   * What a demo is told.
   *
   * @param config the job
   * @param champions models that serve from the first origin on
   * @param speed when observations are published
   * @param exitAtEnd feed everything, then forecast up to the end of it and end
   * @param scenario whether to tell the story of a change of regime; with {@code exitAtEnd} to its
   *     end
   * @param exitAfter stop after this long; null: when stopped
   * @param workDirectory kept and gone on from; a new one, deleted at the end, if null
   * @param webPort of Flink's web page; a free one
   * @param pagePort of the live page; a free one
   */
  public record Options(
      ConfigFile config,
      Champions champions,
      Speed speed,
      boolean exitAtEnd,
      boolean scenario,
      Duration exitAfter,
      Path workDirectory,
      int webPort,
      int pagePort) {}

  private static final Duration POLL = Duration.ofMillis(500);

  private final Options options;
  private final PrintStream out;
  private final ProgressView view;
  private volatile boolean stopped;
  private volatile String fed = "0";

  /**
   * Starts nothing yet.
   *
   * @param out takes the summary
   * @param progress takes what a person sees meanwhile
   */
  public Demo(Options options, PrintStream out, PrintStream progress) {
    this.options = options;
    this.out = out;
    this.view = new ProgressView(progress, System.console() != null);
  }

  /** Asks {@link #run} to end; to be called from any thread. */
  public void stop() {
    stopped = true;
  }

  /** Runs until the end, the time limit or {@link #stop}; then nothing of it is left running. */
  public void run() throws Exception {
    long started = System.nanoTime();
    WorkDirectory work =
        options.workDirectory() == null
            ? WorkDirectory.temporary()
            : WorkDirectory.kept(options.workDirectory());
    view.say("Tidecast demo in " + work.path());
    try (EmbeddedKafka kafka = EmbeddedKafka.start(work.kafka())) {
      JobConfig config =
          options.config().with("kafka.bootstrapServers", kafka.bootstrapServers()).job();
      view.say("Kafka at " + kafka.bootstrapServers());
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
      RegimeChange story =
          options.scenario() ? new RegimeChange(config, line -> view.say(line)) : null;
      try (TopicTally tally = new TopicTally(config.kafkaConfig())) {
        FeedRunner feed = feed(config, work);
        CompletableFuture<Long> feeding = start(feed);
        Optional<DemoDatabase> database = Optional.empty();
        try {
          database = startDatabase(config, work);
          if (story != null) {
            database.map(DemoDatabase::page).ifPresent(story::isShownAt);
          }
          Map<String, Object> fates = runJob(config, work, tally, feeding, story, started);
          if (isBounded() && !stopped) {
            tally.readToEnd();
            if (database.isPresent()) {
              database.get().awaitStored(tally.taken());
            }
          }
          if (options.exitAtEnd() && (!stopped || options.scenario())) {
            out.println(Summary.of(tally, fates, (System.nanoTime() - started) * 1e-9));
          }
        } finally {
          feed.stop();
          feeding.exceptionally(broken -> 0L).join();
          database.ifPresent(DemoDatabase::close);
        }
      }
    } finally {
      work.release();
    }
  }

  /** Nobody would see the database of a run that ends by itself and leaves no directory. */
  private Optional<DemoDatabase> startDatabase(JobConfig config, WorkDirectory work)
      throws Exception {
    boolean isSeen = !options.exitAtEnd() || options.workDirectory() != null;
    if (!isSeen || stopped) {
      return Optional.empty();
    }
    try {
      DemoDatabase database = DemoDatabase.start(config, work.postgres(), options.pagePort());
      view.say("Live page at " + database.page());
      return Optional.of(database);
    } catch (CannotStartException e) {
      if (!stopped) {
        view.say("without live page: " + e.getMessage());
      }
      return Optional.empty();
    }
  }

  private FeedRunner feed(JobConfig config, WorkDirectory work) throws Exception {
    Instant anchor = work.anchor(Instant.now());
    Feed feed = new JobParts(config).feed(anchor);
    return new FeedRunner(
        config.kafkaConfig(),
        "demo",
        feed,
        options.speed(),
        Clock.systemUTC(),
        (rows, time) -> fed = ProgressView.words("%,d to %s", rows, time));
  }

  private static CompletableFuture<Long> start(FeedRunner feed) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                done.complete(feed.run());
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            },
            "tidecast-feed");
    thread.setDaemon(true);
    thread.start();
    return done;
  }

  /** What became of the values, if it came to its end. */
  private Map<String, Object> runJob(
      JobConfig config,
      WorkDirectory work,
      TopicTally tally,
      CompletableFuture<Long> feeding,
      RegimeChange story,
      long started)
      throws Exception {
    if (isBounded()) {
      watch(tally, feeding, null, () -> feeding.isDone(), started);
    }
    if (stopped) {
      return Map.of();
    }
    if (isBounded()) {
      feeding.get();
    }
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironmentWithWebUI(flink(config, work));
    ForecastJob.Ends ends = isBounded() ? KafkaEnds.bounded(config) : KafkaEnds.unbounded(config);
    new ForecastJob(config, new JobParts(config).trainer(), options.champions()).addTo(env, ends);
    JobClient job = env.executeAsync("tidecast " + config.domain());
    view.say("Flink at http://127.0.0.1:" + env.getConfiguration().get(RestOptions.PORT));
    CompletableFuture<JobExecutionResult> done = job.getJobExecutionResult();
    try {
      watch(tally, feeding, story, done::isDone, started);
    } finally {
      if (!done.isDone()) {
        job.cancel().join();
        done.exceptionally(cancelled -> null).join();
      }
    }
    return stopped ? Map.of() : fates(done);
  }

  private static Map<String, Object> fates(CompletableFuture<JobExecutionResult> done)
      throws InterruptedException {
    try {
      return done.get().getAllAccumulatorResults();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the job failed", e.getCause());
    }
  }

  /** Nobody can ask anything of a run that reads a past alone. */
  private boolean isBounded() {
    return options.exitAtEnd() && !options.scenario();
  }

  private void watch(
      TopicTally tally,
      CompletableFuture<Long> feeding,
      RegimeChange story,
      BooleanSupplier done,
      long started)
      throws Exception {
    while (!done.getAsBoolean() && !stopped) {
      if (feeding.isCompletedExceptionally()) {
        feeding.get();
      }
      tally.poll(POLL);
      view.show(tally, fed);
      if (story != null) {
        story.look(tally);
        stopped |= options.exitAtEnd() && story.isOver();
      }
      long elapsed = System.nanoTime() - started;
      stopped |= options.exitAfter() != null && elapsed >= options.exitAfter().toNanos();
    }
  }

  private Configuration flink(JobConfig config, WorkDirectory work) throws Exception {
    Configuration flink = new JobParts(config).flink();
    if (!config.flink().containsKey(CheckpointingOptions.CHECKPOINTING_INTERVAL.key())) {
      flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
    }
    flink.addAll(work.checkpoints().settings());
    flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    flink.set(RestOptions.ADDRESS, "127.0.0.1");
    flink.set(RestOptions.PORT, options.webPort());
    Optional<String> newest =
        flink.contains(StateRecoveryOptions.SAVEPOINT_PATH)
            ? Optional.empty()
            : work.checkpoints().newest();
    newest.ifPresent(
        checkpoint -> {
          view.say("going on from checkpoint " + checkpoint.replaceFirst(".*/", ""));
          flink.addAll(work.checkpoints().goingOnFrom(checkpoint));
        });
    return flink;
  }
}
