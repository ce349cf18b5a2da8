package io.tidecast.job.forecast;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.job.ingest.Grid;
import io.tidecast.job.ingest.SeriesStep;
import io.tidecast.job.retrain.Decision;
import io.tidecast.job.state.StoredTypes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

public final class ForecastFunction
    extends KeyedBroadcastProcessFunction<String, SeriesStep, Decision, KeyedBytes> {
  private static final long serialVersionUID = 1;

  public static final MapStateDescriptor<String, GroupModels> MODELS =
      new MapStateDescriptor<>("models", Types.STRING, StoredTypes.GROUP_MODELS);
  private static final ListStateDescriptor<SeriesStep> WAITING =
      new ListStateDescriptor<>("waiting-steps", StoredTypes.SERIES_STEP);

  /** Errors of past forecasts. */
  public static final OutputTag<KeyedBytes> EVALUATIONS =
      new OutputTag<>("evaluations", TypeInformation.of(KeyedBytes.class));

  private final Grid grid;

  private transient ListState<SeriesStep> waiting;

  public ForecastFunction(Grid grid) {
    this.grid = grid;
  }

  @Override
  public void open(OpenContext context) {
    waiting = getRuntimeContext().getListState(WAITING);
  }

  @Override
  public void processElement(SeriesStep step, ReadOnlyContext context, Collector<KeyedBytes> out)
      throws Exception {
    GroupModels models = models(context, step.group());
    long origin = grid.end(step.step().index());
    if (isDecided(models, origin, context.currentWatermark())) {
      drain(origin, models, out);
      forecast(step, models, out);
    } else {
      waiting.add(step);
      context.timerService().registerEventTimeTimer(origin);
    }
  }

  @Override
  public void onTimer(long origin, OnTimerContext context, Collector<KeyedBytes> out)
      throws Exception {
    for (SeriesStep step : waiting.get()) {
      drain(origin, models(context, step.group()), out);
      return;
    }
  }

  @Override
  public void processBroadcastElement(Decision decision, Context context, Collector<KeyedBytes> out)
      throws Exception {
    var state = context.getBroadcastState(MODELS);
    GroupModels known = state.get(decision.group());
    state.put(
        decision.group(),
        (known == null ? GroupModels.NONE : known).with(decision, context.currentWatermark()));
  }

  private static boolean isDecided(GroupModels models, long origin, long watermark) {
    return origin < models.coveredBefore() || origin <= watermark;
  }

  private static GroupModels models(ReadOnlyContext context, String group) throws Exception {
    GroupModels known = context.getBroadcastState(MODELS).get(group);
    return known == null ? GroupModels.NONE : known;
  }

  /** Forecasts the waiting steps up to an origin, in their order. */
  private void drain(long until, GroupModels models, Collector<KeyedBytes> out) throws Exception {
    List<SeriesStep> steps = new ArrayList<>();
    waiting.get().forEach(steps::add);
    if (steps.isEmpty()) {
      return;
    }
    steps.sort(Comparator.comparingLong(step -> step.step().index()));
    List<SeriesStep> later = new ArrayList<>();
    for (SeriesStep step : steps) {
      if (grid.end(step.step().index()) <= until) {
        forecast(step, models, out);
      } else {
        later.add(step);
      }
    }
    waiting.update(later);
  }

  private void forecast(SeriesStep step, GroupModels models, Collector<KeyedBytes> out) {
    long origin = grid.end(step.step().index());
    String version = models.at(origin).map(GroupModels.Held::version).orElse("");
    out.collect(
        new KeyedBytes(
            step.series().getBytes(StandardCharsets.UTF_8),
            (origin + " " + version + " " + step.step().value()).getBytes(StandardCharsets.UTF_8)));
  }
}
