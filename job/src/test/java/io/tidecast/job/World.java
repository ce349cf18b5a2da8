package io.tidecast.job;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ObservationJsonV1;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Observations, and what is to become of them.
 *
 * @param yaml the sections of the configuration that belong to them
 * @param observations in their order, each in the partition of its stream
 * @param origins of the forecasts, by series
 */
record World(
    String yaml, List<Publisher.Observation> observations, Map<String, List<Instant>> origins) {
  /** Names are users' data: what holds for these holds for plain ones. */
  static final String A = "PM2.5@2m (ug)";

  static final String B = "気温 \"in\" 50 % 🌡";
  private static final String C = "C'est <l'été>, #1";
  private static final int STREAMS = 3;

  static String stream(int number) {
    return "north/hall " + number + "'s \"pump\" \\ % 北";
  }

  static String series(int number, String target) {
    return stream(number) + "/" + target;
  }

  /** One observation per step, at its end; once all fall silent for longer than state is kept. */
  static World onTheGrid() {
    int steps = 600;
    List<Publisher.Observation> observations = new ArrayList<>();
    Map<String, List<Instant>> origins = new TreeMap<>();
    for (int step = 0; step < steps; step++) {
      Instant time = Instant.EPOCH.plus(Duration.ofHours(step < 400 ? step + 1 : step + 601));
      for (int stream = 0; stream < STREAMS; stream++) {
        double value = 10 + 5 * Math.sin(step * Math.PI / 12 + stream) + (step * 31 % 17) * 0.1;
        observations.add(observation(stream, time, Map.of(A, value, B, -value)));
        for (String target : List.of(A, B)) {
          origins.computeIfAbsent(series(stream, target), s -> new ArrayList<>()).add(time);
        }
      }
    }
    String yaml =
        """
        series: {step: PT1H, season: PT24H, targets: ['%s', '%s'], history: 48}
        forecast: {horizon: 6, evaluationPeriod: PT6H}
        model: {cell: none}
        retrain: {epoch: P1D, lead: PT1H, every: P4D, minimumHistory: 480, window: 6}
        """
            .formatted(A, B);
    return new World(yaml, observations, origins);
  }

  /** Several observations per step, none at its end, out of order; the last one closes the rest. */
  static World offTheGrid() {
    int steps = 400;
    Random random = new Random(11);
    List<List<Publisher.Observation>> byStream = new ArrayList<>();
    Map<String, List<Instant>> origins = new TreeMap<>();
    for (int stream = 0; stream < STREAMS; stream++) {
      List<Publisher.Observation> own = new ArrayList<>();
      List<Instant> ends = new ArrayList<>();
      for (int step = 0; step < steps; step++) {
        Instant start = Instant.EPOCH.plus(Duration.ofHours(step < steps - 1 ? step : step + 3));
        for (int minute : new int[] {7, 23, 41, 58}) {
          double value = 10 + 5 * Math.sin(step * Math.PI / 12 + stream) + random.nextGaussian();
          Instant time = start.plus(Duration.ofMinutes(minute));
          own.add(observation(stream, time, Map.of(A, value, C, -value)));
        }
        ends.add(start.plus(Duration.ofHours(1)));
      }
      for (int i = 2; i + 6 < own.size(); i += 2 + random.nextInt(4)) {
        Collections.swap(own, i, i + 1);
      }
      byStream.add(own);
      origins.put(series(stream, A), ends);
    }
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int i = 0; i < byStream.get(0).size(); i++) {
      for (List<Publisher.Observation> own : byStream) {
        observations.add(own.get(i));
      }
    }
    String yaml =
        """
        series: {step: PT1H, season: PT24H, targets: ['%s'], covariates: ["%s"], history: 48, aggregation: mean}
        forecast: {horizon: 6, evaluationPeriod: PT6H}
        model: {cell: none}
        retrain: {epoch: P1D, lead: PT2H, every: P4D, minimumHistory: 480, window: 6}
        """
            .formatted(A, C);
    return new World(yaml, observations, origins);
  }

  private static Publisher.Observation observation(
      int stream, Instant time, Map<String, Double> values) {
    ObservationRecord record = new ObservationRecord(stream(stream), time, values);
    String json = new String(ObservationJsonV1.write(record), StandardCharsets.UTF_8);
    return new Publisher.Observation(stream, record.stream(), json);
  }

  /** All in one partition. */
  World inOnePartition() {
    return new World(
        yaml,
        observations.stream()
            .map(one -> new Publisher.Observation(0, one.stream(), one.json()))
            .toList(),
        origins);
  }

  /** And a partition with nothing in it that could be read, behind one that is empty. */
  World withAPoisonedPartition() {
    List<Publisher.Observation> all = new ArrayList<>(observations);
    for (int i = 0; i < 20; i++) {
      all.add(new Publisher.Observation(STREAMS + 1, "poison", "{\"stream\":"));
    }
    return new World(yaml, all, origins);
  }

  /** Without the last origin of each series, which only the end of the input closes. */
  Map<String, List<Instant>> originsButTheLast() {
    Map<String, List<Instant>> some = new TreeMap<>();
    origins.forEach((series, times) -> some.put(series, times.subList(0, times.size() - 1)));
    return some;
  }

  int partitions() {
    return 1 + observations.stream().mapToInt(Publisher.Observation::partition).max().orElse(0);
  }
}
