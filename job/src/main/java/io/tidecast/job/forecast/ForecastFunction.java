package io.tidecast.job.forecast;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.serde.EvaluationJsonV1;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupModels;
import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.Quality;
import io.tidecast.model.artifact.InvalidArtifactException;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.online.StepResult;
import io.tidecast.model.weights.ForecastModel;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps each series' forecaster, with the model version that holds for the origin.
 *
 * <p>Key: the series. Broadcast: the decisions of all groups. An origin is stepped as soon as it is
 * known which version holds for it: when the last decision of its group covers it, or when the
 * watermark of both inputs has passed it (a timer); until then it waits in keyed state. Per series
 * always in order of origins.
 *
 * <p>Out: one forecast per step with an observation, keyed by series; to the side the evaluations
 * of past ones. The decision itself is {@link SeriesForecaster}'s, the same object as in a
 * backtest.
 *
 * <p>State per series: {@link SeriesState} (its Javadoc has the formula in bytes), dropped {@code
 * ttlSteps} after the last one, by one timer; waiting steps, about 60 bytes each; broadcast: the
 * artifacts of the versions an origin may still need, two per group as a rule.
 */
public final class ForecastFunction
    extends KeyedBroadcastProcessFunction<String, SeriesStep, Decision, KeyedBytes> {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(ForecastFunction.class);

  public static final MapStateDescriptor<String, GroupModels> MODELS =
      new MapStateDescriptor<>("models", Types.STRING, StoredTypes.GROUP_MODELS);

  /** Errors of past forecasts, keyed by series. */
  public static final OutputTag<KeyedBytes> EVALUATIONS =
      new OutputTag<>("evaluations", TypeInformation.of(KeyedBytes.class));

  private static final ListStateDescriptor<SeriesStep> WAITING =
      new ListStateDescriptor<>("waiting-steps", StoredTypes.SERIES_STEP);
  private static final ValueStateDescriptor<SeriesMemory> MEMORY =
      new ValueStateDescriptor<>("series", StoredTypes.SERIES_MEMORY);

  // versions change rarely; a group has two in use around a swap
  private static final int DECODED_MODELS = 64;

  /**
   * What the function is told.
   *
   * @param step spacing of the grid
   * @param groups by model group: how its series are forecast
   * @param evaluationPeriod in steps
   * @param ttlSteps state of a series without observations for this many steps is dropped
   * @param targets what is forecast: a step of a configuration before is brought to it
   */
  public record Config(
      Duration step,
      Map<String, ForecasterConfig> groups,
      int evaluationPeriod,
      long ttlSteps,
      Targets targets)
      implements Serializable {}

  private final Config config;
  private final Champions champions;
  private final Grid grid;

  private transient ListState<SeriesStep> waiting;
  private transient ValueState<SeriesMemory> memory;
  private transient Map<String, SeriesForecaster> forecasters;
  private transient Map<String, Optional<ForecastModel>> decoded;
  private transient Map<Quality, Counter> forecasts;

  public ForecastFunction(Config config, Champions champions) {
    this.config = config;
    this.champions = champions;
    this.grid = Grid.of(config.step());
  }

  @Override
  public void open(OpenContext context) {
    waiting = getRuntimeContext().getListState(WAITING);
    memory = getRuntimeContext().getState(MEMORY);
    forecasters = new HashMap<>();
    config
        .groups()
        .forEach(
            (group, how) ->
                forecasters.put(group, new SeriesForecaster(how, config.evaluationPeriod())));
    decoded = new LinkedHashMap<>();
    forecasts = new EnumMap<>(Quality.class);
    for (Quality quality : Quality.values()) {
      forecasts.put(
          quality,
          Metrics.counter(
              getRuntimeContext().getMetricGroup(),
              Metrics.FORECASTS,
              Metrics.BY_QUALITY,
              quality.label()));
    }
  }

  @Override
  public void processElement(SeriesStep step, ReadOnlyContext context, Collector<KeyedBytes> out)
      throws Exception {
    Optional<SeriesStep> conforming = config.targets().conform(step);
    if (conforming.isPresent()) {
      take(conforming.get(), context, out);
    }
  }

  private void take(SeriesStep step, ReadOnlyContext context, Collector<KeyedBytes> out)
      throws Exception {
    GroupModels models = models(context, step.group());
    long origin = grid.end(step.step().index());
    if (origin < models.coveredBefore() || origin <= context.currentWatermark()) {
      forecastWaiting(origin, context, out);
      forecast(step, models, context, out);
    } else {
      waiting.add(step);
      context.timerService().registerEventTimeTimer(origin);
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<KeyedBytes> out)
      throws Exception {
    forecastWaiting(time, context, out);
    dropIfSilent(time, context);
  }

  @Override
  public void processBroadcastElement(Decision decision, Context context, Collector<KeyedBytes> out)
      throws Exception {
    BroadcastState<String, GroupModels> models = context.getBroadcastState(MODELS);
    GroupModels known = models.get(decision.group());
    models.put(
        decision.group(),
        (known == null ? initial(decision.group()) : known)
            .with(decision, context.currentWatermark()));
  }

  private GroupModels models(ReadOnlyContext context, String group) throws Exception {
    GroupModels known = context.getBroadcastState(MODELS).get(group);
    return known == null ? initial(group) : known;
  }

  private GroupModels initial(String group) {
    return GroupModels.initial(champions.progress(group));
  }

  /** Forecasts the waiting steps up to an origin, in their order. */
  private void forecastWaiting(long until, ReadOnlyContext context, Collector<KeyedBytes> out)
      throws Exception {
    List<SeriesStep> steps = new ArrayList<>();
    waiting.get().forEach(step -> config.targets().conform(step).ifPresent(steps::add));
    if (steps.isEmpty()) {
      return;
    }
    steps.sort(Comparator.comparingLong(step -> step.step().index()));
    List<SeriesStep> later = new ArrayList<>();
    for (SeriesStep step : steps) {
      if (grid.end(step.step().index()) <= until) {
        forecast(step, models(context, step.group()), context, out);
      } else {
        later.add(step);
      }
    }
    waiting.update(later);
  }

  private void forecast(
      SeriesStep step, GroupModels models, ReadOnlyContext context, Collector<KeyedBytes> out)
      throws Exception {
    SeriesForecaster forecaster = forecasters.get(step.group());
    long origin = grid.end(step.step().index());
    SeriesMemory held = memory.value();
    if (held == null) {
      context.timerService().registerEventTimeTimer(expiry(step.step().index()));
    }
    // a step may come before the timer that would have dropped the state, or after it
    if (held == null || expiry(held.lastIndex()) <= origin) {
      held = SeriesMemory.ofLive(forecaster.newState());
    }
    Optional<ForecastModel> model =
        models.at(origin).flatMap(served -> decode(served, forecaster.config()));
    StepResult result = forecaster.step(held.live(forecaster.config()), step.step(), model);
    memory.update(held);
    emit(step.series(), result, context, out);
  }

  private void emit(
      String series, StepResult result, ReadOnlyContext context, Collector<KeyedBytes> out) {
    byte[] key = series.getBytes(StandardCharsets.UTF_8);
    List<Double> levels = forecasters.values().iterator().next().config().levels().values();
    result
        .forecast()
        .ifPresent(
            forecast -> {
              forecasts.get(forecast.quality()).inc();
              out.collect(
                  new KeyedBytes(
                      key,
                      ForecastJsonV1.write(
                          ForecastRecords.of(series, forecast, config.step(), levels))));
            });
    for (Evaluation evaluation : result.evaluations()) {
      context.output(
          EVALUATIONS,
          new KeyedBytes(
              key,
              EvaluationJsonV1.write(
                  ForecastRecords.of(
                      series, evaluation, config.step(), config.evaluationPeriod(), levels))));
    }
  }

  /** Empty if the model was trained under another configuration that shapes its weights. */
  private Optional<ForecastModel> decode(GroupModels.Held held, ForecasterConfig how) {
    Optional<ForecastModel> known = decoded.get(held.version());
    if (known != null) {
      return known;
    }
    Optional<ForecastModel> fitting =
        Optional.of(read(held)).filter(model -> how.sharesWeightsWith(model.config()));
    if (fitting.isEmpty()) {
      LOG.info("{} is of another configuration: the naive serves until a training", held.version());
    }
    if (decoded.size() == DECODED_MODELS) {
      decoded.remove(decoded.keySet().iterator().next());
    }
    decoded.put(held.version(), fitting);
    return fitting;
  }

  private static ForecastModel read(GroupModels.Held held) {
    try {
      return ModelArtifact.read(held.artifact());
    } catch (InvalidArtifactException e) {
      throw new IllegalStateException("cannot read model " + held.version(), e);
    }
  }

  /**
   * Event time at which a series is given up if it stays silent. Never the end of a step, so that
   * its timer is told from those of waiting steps.
   */
  private long expiry(long lastIndex) {
    return grid.end(lastIndex + config.ttlSteps()) + 1;
  }

  /** There is one expiry timer per series: one that comes too early looks again later. */
  private void dropIfSilent(long time, OnTimerContext context) throws IOException {
    SeriesMemory held = memory.value();
    if (held == null || time == grid.end(grid.indexOf(time))) {
      return;
    }
    long expiry = expiry(held.lastIndex());
    if (expiry <= time) {
      memory.clear();
    } else {
      context.timerService().registerEventTimeTimer(expiry);
    }
  }
}
