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
import java.util.Map;
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
 * peers           if asked for: other libraries at the same work, in turns
 * </pre>
 */
public final class StepBench {
  private static final int ROUNDS = 12;

  // a peer's step takes a thousand times as long
  private static final int PEER_STEPS = 20;

  private final BenchOptions options;
  private final boolean withPeers;
  private final Phases phases;

  /**
   * @param withPeers whether other libraries are measured as well
   */
  public StepBench(BenchOptions options, boolean withPeers, Phases phases) {
    this.options = options;
    this.withPeers = withPeers;
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
    try (Peers peers = peers(times);
        Phases.Phase phase = phases.begin("measuring", ROUNDS)) {
      for (int round = 1; round <= ROUNDS; round++) {
        ClosedStep[] next = series.next(hours);
        steps.round(() -> series.step(next));
        cells.round(() -> network.run(times));
        peers.round();
        phase.at(round, "%.1f us a step".formatted(steps.micros(times)));
      }
      return result(times, steps, cells, series.last(), peers);
    }
  }

  private Peers peers(int times) {
    Peers peers = new Peers();
    return withPeers
        ? peers.with(Peer.Work.CELL, options, times).with(Peer.Work.STEP, options, PEER_STEPS)
        : peers;
  }

  private ObjectNode result(int times, Meter steps, Meter cells, StepResult last, Peers peers) {
    double micros = steps.micros(times);
    double cellMicros = cells.micros(times);
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("bench", "step").put("keys", options.keys()).put("records", times * ROUNDS);
    result.put("horizon", options.horizon()).put("hidden", options.hidden());
    result.put("microsPerStep", Meter.rounded(micros)).put("cellMicros", Meter.rounded(cellMicros));
    result.put("ratio", Meter.rounded(micros / cellMicros));
    result.put("bytesAllocated", steps.bytes(times));
    result.put("resultBytes", resultBytes(last));
    peers.report(result, Map.of(Peer.Work.STEP, micros, Peer.Work.CELL, cellMicros));
    return result;
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
        new Forecast(
            forecast.origin(), quantiles, forecast.base(), forecast.version(), forecast.quality()),
        List.of(),
        null);
  }

  /** Cell and head of the same model, each series with its own hidden state. */
  private static final class Network {
    private final RecurrentMember member;
    private final HiddenState[] states;
    private final float[] inputs;
    private float sum;

    Network(WarmSeries series) {
      member = new RecurrentMember(series.model());
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
