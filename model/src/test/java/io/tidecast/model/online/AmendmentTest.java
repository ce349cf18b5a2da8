package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AmendmentTest {
  private static final int HORIZON = 5;
  private static final int PERIOD = 12;
  private static final int REACH = 30;

  /** A stream and what of it comes when: some steps are not there at first, others are wrong. */
  private record Delivery(List<ClosedStep> inOrder, Map<Long, List<ClosedStep>> lateBefore) {
    boolean isLate(long index) {
      return lateBefore.values().stream().flatMap(List::stream).anyMatch(s -> s.index() == index);
    }
  }

  private static Delivery delivery(long seed, int count) {
    GeneratedSeries series = new GeneratedSeries(seed);
    Random random = new Random(seed);
    List<ClosedStep> steps = new ArrayList<>();
    Map<Long, List<ClosedStep>> late = new TreeMap<>();
    long index = -100;
    for (int i = 0; i < count; i++) {
      index += random.nextInt(10) == 0 ? 2 + random.nextInt(8) : 1;
      index += random.nextInt(100) == 0 ? 3 * REACH : 0;
      float value = series.perhapsMissing(series.value(index), 15) + (i > count / 2 ? 100 : 0);
      steps.add(new ClosedStep(index, value, series.covariates()));
    }
    for (int i = 0; i < count - 1; i++) {
      int later = i + 1 + random.nextInt(REACH);
      boolean reaches =
          later < count && steps.get(later - 1).index() - REACH < steps.get(i).index();
      if (random.nextInt(12) == 0 && reaches) {
        late.computeIfAbsent(steps.get(later).index(), x -> new ArrayList<>()).add(steps.get(i));
      }
    }
    return new Delivery(steps, late);
  }

  private static Optional<ForecastModel> serving(ForecasterConfig config, long index) {
    int sequence = (int) (index / 90);
    return index < 60
        ? Optional.empty()
        : Optional.of(RandomModels.model(config, "test-" + sequence, sequence));
  }

  /** One series as it is driven: what was closed so far, and what there is to go back to. */
  private static final class Driven {
    private final SeriesForecaster forecaster;
    private final TreeMap<Long, ClosedStep> closed = new TreeMap<>();
    private SeriesState state;
    private Anchors anchors = Anchors.NONE;

    Driven(ForecasterConfig config) {
      forecaster = new SeriesForecaster(config, PERIOD, REACH);
      state = forecaster.newState();
    }

    StepResult step(ClosedStep step) {
      closed.put(step.index(), step);
      if (forecaster.isAnchorDue(state, step.index())) {
        anchors = forecaster.anchored(anchors, state, step.index());
      }
      return forecaster.step(state, step, serving(forecaster.config(), step.index()).orElse(null));
    }

    boolean amend(List<ClosedStep> late) {
      late.forEach(step -> closed.put(step.index(), step));
      long first = late.stream().mapToLong(ClosedStep::index).min().orElseThrow();
      long block = Math.floorDiv(first, (long) REACH) * REACH;
      Optional<SeriesForecaster.Amended> amended =
          forecaster.amend(
              state,
              anchors,
              first,
              List.copyOf(closed.tailMap(block).values()),
              index -> serving(forecaster.config(), index));
      amended.ifPresent(
          now -> {
            state = now.state();
            anchors = now.anchors();
          });
      return amended.isPresent();
    }
  }

  private static ClosedStep wrong(ClosedStep step) {
    return new ClosedStep(step.index(), step.value() + 7, step.covariates());
  }

  @ParameterizedTest
  @EnumSource(Transform.class)
  void afterACorrectionForecastsAreThoseOfTheOrderedStreamToTheBit(Transform transform) {
    ForecasterConfig config = GeneratedSeries.config(transform, HORIZON);
    Delivery delivery = delivery(transform.ordinal() + 1, 700);
    Driven ordered = new Driven(config);
    Driven late = new Driven(config);
    long wrongUntil = Long.MIN_VALUE;
    int compared = 0;
    int corrections = 0;

    for (ClosedStep step : delivery.inOrder()) {
      List<ClosedStep> came = delivery.lateBefore().getOrDefault(step.index(), List.of());
      if (!came.isEmpty()) {
        corrections++;
        assertTrue(late.amend(came), "at " + step.index());
      }
      Optional<Forecast> expected = ordered.step(step).forecast();
      if (delivery.isLate(step.index())) {
        wrongUntil = Math.max(wrongUntil, comesBefore(delivery, step.index()));
        if (step.index() % 2 == 0) {
          late.step(wrong(step));
        }
      } else {
        Optional<Forecast> found = late.step(step).forecast();
        if (step.index() >= wrongUntil) {
          compared++;
          assertSame(expected, found);
        }
      }
    }

    assertTrue(corrections > 30 && compared > 150, corrections + " " + compared);
  }

  private static long comesBefore(Delivery delivery, long index) {
    return delivery.lateBefore().entrySet().stream()
        .filter(e -> e.getValue().stream().anyMatch(step -> step.index() == index))
        .mapToLong(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  private static void assertSame(Optional<Forecast> expected, Optional<Forecast> found) {
    assertEquals(expected.isPresent(), found.isPresent());
    if (expected.isPresent()) {
      assertEquals(expected.get().origin(), found.get().origin());
      assertEquals(expected.get().version(), found.get().version());
      assertEquals(expected.get().quality(), found.get().quality());
      for (int j = 0; j < expected.get().quantiles().length; j++) {
        assertArrayEquals(expected.get().quantiles()[j], found.get().quantiles()[j]);
      }
    }
  }

  @Test
  void stateIsThatOfTheOrderedStream() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    Driven ordered = new Driven(config);
    Driven late = new Driven(config);
    for (ClosedStep step : delivery(9, 200).inOrder()) {
      ordered.step(step);
      late.step(step);
    }
    ClosedStep last = late.closed.lastEntry().getValue();
    ClosedStep before = late.closed.lowerEntry(last.index() - 7).getValue();

    late.amend(List.of(wrong(before), wrong(last)));
    late.amend(List.of(before, last));

    assertEquals(ordered.state, late.state);
    assertEquals(ordered.anchors.kept().size(), late.anchors.kept().size());
  }

  @Test
  void whatCameBeforeTheFirstStepIsSteppedFirst() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    GeneratedSeries series = new GeneratedSeries(1);
    Driven ordered = new Driven(config);
    Driven late = new Driven(config);
    List<ClosedStep> steps = new ArrayList<>();
    for (int i = 25; i < 50; i++) {
      steps.add(new ClosedStep(i, series.value(i), series.covariates()));
    }
    steps.forEach(ordered::step);
    steps.subList(10, 24).forEach(late::step);

    assertTrue(late.amend(steps.subList(0, 10)));
    late.step(steps.get(24));

    assertEquals(ordered.state.copy().inputs().last(), late.state.inputs().last());
    ClosedStep next = new ClosedStep(50, 40, new float[2]);
    assertSame(ordered.step(next).forecast(), late.step(next).forecast());
  }

  @Test
  void whatNoAnchorReachesIsRefusedAndChangesNothing() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    Driven late = new Driven(config);
    delivery(3, 300).inOrder().forEach(late::step);
    SeriesState before = late.state.copy();

    boolean amended = late.amend(List.of(wrong(late.closed.firstEntry().getValue())));

    assertEquals(false, amended);
    assertEquals(before, late.state);
  }

  @Test
  void anEvaluationSaysWhatWasKnownWhenTheStepClosed() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    GeneratedSeries series = new GeneratedSeries(1);
    Driven asItWas = new Driven(config);
    Driven amended = new Driven(config);
    List<Evaluation> expected = new ArrayList<>();
    List<Evaluation> found = new ArrayList<>();
    for (int i = 1; i <= 119; i++) {
      ClosedStep step = new ClosedStep(i, series.value(i), series.covariates());
      expected.addAll(asItWas.step(step).evaluations());
      found.addAll(amended.step(step).evaluations());
    }

    amended.amend(List.of(wrong(amended.closed.get(115L))));

    expected.addAll(asItWas.forecaster.flush(asItWas.state));
    found.addAll(amended.forecaster.flush(amended.state));
    assertEquals(12, found.size());
    for (int i = 0; i < found.size(); i++) {
      assertArrayEquals(expected.get(i).absoluteError(), found.get(i).absoluteError());
      assertArrayEquals(expected.get(i).count(), found.get(i).count());
    }
  }
}
