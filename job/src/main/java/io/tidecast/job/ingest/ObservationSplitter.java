package io.tidecast.job.ingest;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.SeriesKey;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.model.Limits;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What becomes of an accepted record: one observation per target, values that cannot be true left
 * out.
 */
public final class ObservationSplitter implements Serializable {
  private static final long serialVersionUID = 1;

  private final IngestConfig config;

  public ObservationSplitter(IngestConfig config) {
    this.config = config;
  }

  /**
   * Splits a record.
   *
   * @param isKeyed whether all records of its stream come in one partition, in order
   * @param passed index of the last step that its partition had gone past before it
   * @param appended when it was appended to the topic, milliseconds
   * @param partition it came in, over all topics
   * @param offset it came at
   * @param from what else is told of it
   * @param masked told each value outside its variable's limits, by variable
   */
  public void split(
      ObservationRecord record,
      boolean isKeyed,
      long passed,
      long appended,
      int partition,
      long offset,
      SeriesObservation.From from,
      BiConsumer<String, Double> masked,
      Consumer<SeriesObservation> out) {
    Map<String, Double> values = accepted(record.values(), masked);
    long time = record.time().toEpochMilli();
    boolean endsStep = isKeyed && config.closesAt(time);
    for (String target : config.targets()) {
      List<String> covariates = config.covariates().get(target);
      boolean known = values.containsKey(target);
      float[] beside = new float[covariates.size()];
      for (int i = 0; i < beside.length; i++) {
        beside[i] = (float) valueOf(covariates.get(i), values);
        known |= !Float.isNaN(beside[i]);
      }
      if (known) {
        out.accept(
            new SeriesObservation(
                SeriesKey.text(record.stream(), target),
                config.streams().group(config.groups().get(target), record.stream()),
                time,
                valueOf(target, values),
                beside,
                endsStep && values.containsKey(target),
                isKeyed,
                passed,
                appended,
                partition,
                offset,
                from));
      }
    }
  }

  private Map<String, Double> accepted(
      Map<String, Double> values, BiConsumer<String, Double> masked) {
    Map<String, Double> kept = values;
    for (Map.Entry<String, Double> entry : values.entrySet()) {
      Limits limits = config.limits().get(entry.getKey());
      double value = entry.getValue();
      if (limits != null && !limits.include(value)) {
        kept = kept == values ? new HashMap<>(values) : kept;
        kept.remove(entry.getKey());
        masked.accept(entry.getKey(), value);
      }
    }
    return kept;
  }

  /** Missing is absent on the wire and NaN inside. */
  private static double valueOf(String variable, Map<String, Double> values) {
    Double value = values.get(variable);
    return value == null ? Double.NaN : value;
  }
}
