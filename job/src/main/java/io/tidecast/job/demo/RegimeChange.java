package io.tidecast.job.demo;

import io.tidecast.connectors.feed.GeneratedRegimeFeed;
import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ControlJsonV1;
import io.tidecast.job.Registry;
import io.tidecast.job.config.JobConfig;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Consumer;

/**
 * The story of a group whose series change for good: sensors that are corrupted for a while and
 * teach it nothing, the change, the drift, the training for it; then a bad model that somebody
 * brings, which the gate refuses and, forced upon the group, the watch gives up.
 *
 * <p>Looks at what the topics hold and asks by the control topic, as anybody may. One thread.
 */
final class RegimeChange {
  /** Errors are back when they are no more than so many times those before the change. */
  private static final double BACK = 1.5;

  private static final Duration USUAL = Duration.ofHours(4);
  private static final Duration STRETCH = Duration.ofMinutes(30);

  private final JobConfig config;
  private final GeneratedRegimeFeed feed;
  private final Consumer<String> say;
  private int seen;
  private boolean toldOfCorruption;
  private boolean toldOfChange;
  private ModelFile bad;
  private boolean over;
  private URI page;

  /**
   * @param say takes what a person is told
   */
  RegimeChange(JobConfig config, Consumer<String> say) {
    this.config = config;
    this.say = say;
    if (!(config.anyFeed() instanceof GeneratedRegimeFeed regimes) || regimes.start() == null) {
      throw new IllegalArgumentException(
          "--scenario: regime-change; accepted: with a feed of type generated-regimes that has a"
              + " start");
    }
    feed = regimes;
  }

  private Instant time(long step) {
    return feed.start().plus(feed.step().multipliedBy(step));
  }

  /** Tells what is new, and goes on with the story. */
  void look(TopicTally tally) {
    NavigableMap<Instant, double[]> errors = tally.errorsByTime();
    Instant now = errors.isEmpty() ? Instant.MIN : errors.lastKey();
    if (!toldOfCorruption && now.isAfter(time(feed.corruptedFrom()))) {
      toldOfCorruption = true;
      say.accept(
          "* %s: one sensor is stuck, one reads zeros, one is thrown far off, until %s"
              .formatted(
                  time(feed.corruptedFrom()), time(feed.corruptedFrom() + feed.corruptedSteps())));
    }
    if (!toldOfChange && now.isAfter(time(feed.changeAt()))) {
      toldOfChange = true;
      say.accept("* %s: level and cycle are others, for good".formatted(time(feed.changeAt())));
    }
    List<ModelRecord> decisions = tally.decisions();
    while (seen < decisions.size()) {
      take(decisions.get(seen++), errors);
    }
  }

  private void take(ModelRecord decision, NavigableMap<Instant, double[]> errors) {
    if (decision.boundary().isBefore(time(feed.changeAt()))) {
      return;
    }
    boolean ofBad = bad != null && decision.reason().contains(bad.version());
    switch (decision.decision()) {
      case "promoted" -> {
        if (bad == null) {
          bad = bad(Registry.read(config.kafkaConfig()).version(decision.version()).orElseThrow());
          say.accept("* somebody brings a bad model, " + bad.version());
          ask(decision.group(), decision.boundary(), false);
        }
      }
      case "kept" -> {
        if (ofBad) {
          say.accept("* " + recovery(errors));
          say.accept("* the gate has refused it; somebody forces it upon the group");
          ask(decision.group(), decision.boundary(), true);
        }
      }
      case "rolled-back" -> {
        say.accept("* the watch has given it up: " + decision.version() + " serves again");
        over = true;
        if (page != null) {
          say.accept("* all of it in one picture: " + picture(decision.validFrom()));
        }
      }
      default -> {
        // nothing that the story turns on
      }
    }
  }

  private void ask(String group, Instant decided, boolean force) {
    ControlRecord record =
        new ControlRecord(
            group,
            ControlRecord.Action.PROMOTE,
            decided.plus(config.retrain().epoch()),
            bad.version(),
            force,
            bad.bytes());
    KeyedBytesSink.append(
        config.kafkaConfig(),
        config.kafkaConfig().topics().control(),
        new KeyedBytes(group.getBytes(StandardCharsets.UTF_8), ControlJsonV1.write(record)));
  }

  /** The network alone, with every output far too high. */
  private static ModelFile bad(ModelRecord record) {
    ForecastModel model = new ModelFile(record.version(), record.artifact()).open();
    HeadWeights head = model.head().orElseThrow().moved(20);
    return ModelFile.of(
        ModelArtifact.seal(model.config(), model.layers(), head, null, model.provenance()));
  }

  /** The live page is there, so that the end of the story can name where all of it is seen. */
  void isShownAt(URI page) {
    this.page = page;
  }

  /** Of the first pump, whose sensor is stuck for a while, from before that to after the end. */
  private URI picture(Instant end) {
    Duration margin = config.retrain().epoch();
    return page.resolve(
        "?series=pump-1%%2Fload&from=%d&to=%d"
            .formatted(
                time(Math.min(feed.corruptedFrom(), feed.changeAt())).minus(margin).toEpochMilli(),
                end.plus(margin).toEpochMilli()));
  }

  /** Whether the story has come to its end. */
  boolean isOver() {
    return over;
  }

  /** How long after the change the live error was back, by the mean of each stretch. */
  String recovery(NavigableMap<Instant, double[]> errors) {
    Instant change = time(feed.changeAt());
    Instant good = time(Math.min(feed.corruptedFrom(), feed.changeAt()));
    double before = mean(errors.subMap(good.minus(USUAL), true, good, true));
    double peak = 0;
    Instant end = change;
    boolean isBack = false;
    while (!isBack && !end.plus(STRETCH).isAfter(errors.lastKey())) {
      double mean = mean(errors.subMap(end, false, end.plus(STRETCH), true));
      end = end.plus(STRETCH);
      peak = mean > peak ? mean : peak;
      isBack = mean <= BACK * before;
    }
    return String.format(
        Locale.ROOT,
        "live error %.3f before the change, up to %.3f after it, %s %s times that after %d steps",
        before,
        peak,
        isBack ? "back to" : "not yet back to",
        BACK,
        Duration.between(change, end).dividedBy(feed.step()));
  }

  private static double mean(Map<Instant, double[]> errors) {
    double count = 0;
    double sum = 0;
    for (double[] error : errors.values()) {
      count += error[0];
      sum += error[1];
    }
    return sum / count;
  }
}
