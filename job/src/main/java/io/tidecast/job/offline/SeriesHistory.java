package io.tidecast.job.offline;

import io.tidecast.connectors.file.FileFeed;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.ingest.FutureColumns;
import io.tidecast.job.ingest.IngestConfig;
import io.tidecast.job.ingest.ObservationSplitter;
import io.tidecast.job.state.OpenStep;
import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.model.Base;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import io.tidecast.model.Stretch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All steps of one series of a feed, closed as the job closes them.
 *
 * @param steps in order; those without an observation are not there
 */
record SeriesHistory(String series, String group, List<SeriesStep> steps) {

  /**
   * The series of the file that the configuration's feed reads, by model group.
   *
   * @throws IllegalArgumentException with the file and the reason if there are none
   */
  static Map<String, List<SeriesHistory>> byGroup(JobConfig config) {
    FileFeed file = config.fileFeed();
    List<ObservationRecord> observations = file.observations();
    try {
      return byGroup(config, observations);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file.file() + ": " + e.getMessage(), e);
    }
  }

  /**
   * By model group.
   *
   * @throws IllegalArgumentException with the reason if there are none
   */
  static Map<String, List<SeriesHistory>> byGroup(
      JobConfig config, List<ObservationRecord> observations) {
    TimeHole.in(observations, config.series().step().duration())
        .ifPresent(
            hole -> {
              throw new IllegalArgumentException(hole.words());
            });
    Map<String, List<SeriesHistory>> groups = new TreeMap<>();
    for (SeriesHistory history :
        of(observations, new JobParts(config).ingest(), config.series().aggregation())) {
      groups.computeIfAbsent(history.group(), group -> new ArrayList<>()).add(history);
    }
    if (groups.isEmpty()) {
      throw new IllegalArgumentException(
          "series.targets: %s; accepted: variables that there are observations of, but in none of %,d rows is a value of them that is neither missing nor outside its limits"
              .formatted(config.series().targets(), observations.size()));
    }
    return groups;
  }

  static List<SeriesHistory> of(
      List<ObservationRecord> records, IngestConfig config, Aggregation aggregation) {
    Map<String, TreeMap<Long, OpenStep>> open = new TreeMap<>();
    ObservationSplitter splitter = new ObservationSplitter(config);
    long row = 0;
    for (ObservationRecord record : records) {
      splitter.split(
          record,
          true,
          Long.MIN_VALUE,
          0,
          0,
          row++,
          SeriesObservation.From.PLACE,
          (variable, value) -> {},
          observation -> add(open, observation, config.grid(), aggregation));
    }
    return open.entrySet().stream()
        .map(e -> closed(e.getKey(), e.getValue(), aggregation, config.future()))
        .filter(history -> !history.steps().isEmpty())
        .toList();
  }

  private static void add(
      Map<String, TreeMap<Long, OpenStep>> open,
      SeriesObservation observation,
      Grid grid,
      Aggregation aggregation) {
    open.computeIfAbsent(observation.series(), series -> new TreeMap<>())
        .compute(
            grid.indexOf(observation.time()),
            (index, step) -> orEmpty(step, observation).with(observation, aggregation));
  }

  private static OpenStep orEmpty(OpenStep step, SeriesObservation observation) {
    return step == null
        ? OpenStep.empty(observation.group(), 1 + observation.covariates().length)
        : step;
  }

  private static SeriesHistory closed(
      String series, TreeMap<Long, OpenStep> open, Aggregation aggregation, FutureColumns future) {
    String group = open.firstEntry().getValue().group();
    TreeMap<Long, ClosedStep> steps = new TreeMap<>();
    open.forEach((index, step) -> steps.put(index, step.close(index, aggregation)));
    return new SeriesHistory(
        series,
        group,
        future.told(series, steps).stream()
            .map(step -> new SeriesStep(series, group, step))
            .toList());
  }

  long first() {
    return steps.get(0).step().index();
  }

  long last() {
    return steps.get(steps.size() - 1).step().index();
  }

  /** All steps as one window, missing ones as NaN. */
  Stretch toWindow() {
    int width = 1 + steps.get(0).step().covariates().length;
    float[][] values = new float[(int) (last() - first() + 1)][width];
    for (float[] row : values) {
      Arrays.fill(row, Float.NaN);
    }
    double base = Base.of(steps.stream().mapToDouble(one -> one.step().value()).toArray());
    for (SeriesStep one : steps) {
      ClosedStep step = one.step();
      float[] row = values[(int) (step.index() - first())];
      row[0] = (float) (step.value() - base);
      System.arraycopy(step.covariates(), 0, row, 1, width - 1);
    }
    return new Stretch(series, last(), values, base);
  }
}
