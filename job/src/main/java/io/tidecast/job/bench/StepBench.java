package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.job.offline.Phases;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.member.HiddenState;
import io.tidecast.model.member.RecurrentMember;
import io.tidecast.model.online.StepResult;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What one step of one series costs beside the network's part of it: cell and head alone, in turns
 * in the same run. Processor time of one thread, the least of {@value #ROUNDS} rounds.
 *
 * <pre>
 * keys, records, horizon, hidden
 * microsPerStep   the whole step, scoring of what was due included
 * cellMicros      cell and head alone
 * ratio           of the two
 * bytesAllocated  per step
 * resultBytes     of these, the forecast that comes out
 * </pre>
 */
public final class StepBench {
  private static final int ROUNDS = 12;

  private final BenchOptions options;
  private final Phases phases;

  public StepBench(BenchOptions options, Phases phases) {
    this.options = options;
    this.phases = phases;
  }

  public ObjectNode run() {
    WarmSeries series = new WarmSeries(options, phases);
    Meter steps = new Meter();
    Meter cells = new Meter();
    Network network = new Network(series);
    int hours = Math.max(1, options.records() / options.keys() / ROUNDS);
    int times = hours * series.keys();
    network.run(times);
    try (Phases.Phase phase = phases.begin("measuring", ROUNDS)) {
      for (int round = 1; round <= ROUNDS; round++) {
        ClosedStep[] next = series.next(hours);
        steps.round(() -> series.step(next));
        cells.round(() -> network.run(times));
        phase.at(round, "%.1f us a step".formatted(steps.micros(times)));
      }
    }
    double micros = steps.micros(times);
    double cellMicros = cells.micros(times);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "step").put("keys", options.keys()).put("records", times * ROUNDS);
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("microsPerStep", Rounded.of(micros)).put("cellMicros", Rounded.of(cellMicros));
    result.put("ratio", Rounded.of(micros / cellMicros));
    result.put("bytesAllocated", steps.bytes(times));
    return result.put("resultBytes", resultBytes(series.last()));
  }

  private static long resultBytes(StepResult result) {
    Meter meter = new Meter();
    StepResult[] kept = new StepResult[100];
    for (int round = 0; round < ROUNDS; round++) {
      meter.round(() -> Arrays.setAll(kept, i -> copy(result)));
    }
    return meter.bytes(kept.length);
  }

  private static StepResult copy(StepResult result) {
    Forecast forecast = result.forecast().orElseThrow();
    float[][] quantiles = forecast.quantiles().clone();
    Arrays.setAll(quantiles, level -> quantiles[level].clone());
    return new StepResult(
        new Forecast(forecast.origin(), quantiles, forecast.version(), forecast.quality()),
        List.of());
  }

  /** Cell and head of the same model, each series with its own hidden state. */
  private static final class Network {
    private final RecurrentMember member;
    private final HiddenState[] states;
    private final float[] inputs;
    private float sum;

    Network(WarmSeries series) {
      member = new RecurrentMember(series.model(), series.forecasterConfig());
      states = new HiddenState[series.keys()];
      Arrays.setAll(states, i -> new HiddenState(series.forecasterConfig()));
      inputs = new float[series.model().layers().get(0).inputs()];
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = (float) random.nextDouble(-1, 1);
      }
    }

    void run(int times) {
      for (int i = 0; i < times; i++) {
        HiddenState state = states[i % states.length];
        member.step(state, inputs);
        sum += member.head(state)[0];
      }
    }
  }
}
