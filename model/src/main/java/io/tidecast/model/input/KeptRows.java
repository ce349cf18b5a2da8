package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import java.io.DataInput;
import java.io.IOException;

/**
 * The rows that were stored of a series: enough to go on with, or to begin anew from, under a
 * configuration that they were not stored for.
 */
public final class KeptRows {
  private final Transform transform;
  private final boolean hasBase;
  private final double base;
  private final InputHistory rows;
  private final RunningInputs anchor;

  private KeptRows(
      Transform transform, boolean hasBase, double base, InputHistory rows, RunningInputs anchor) {
    this.transform = transform;
    this.hasBase = hasBase;
    this.base = base;
    this.rows = rows;
    this.anchor = anchor;
  }

  /**
   * Reads what {@link SeriesInputs#writeHistory} wrote, for as many covariates.
   *
   * @param hasBase whether it wrote a base: earlier ones knew of none
   */
  public static KeptRows read(DataInput in, ForecasterConfig config, boolean hasBase)
      throws IOException {
    Transform transform = Transform.ofCode(in.readByte());
    double base = hasBase ? in.readDouble() : 0;
    InputHistory rows = InputHistory.read(in);
    RunningInputs anchor = new RunningInputs(config);
    anchor.read(in);
    return new KeptRows(transform, hasBase, base, rows, anchor);
  }

  /**
   * Reads the rows of a series state of format 1.
   *
   * @param covariates of a row
   * @param replayed rows with covariates
   * @param targets rows in all
   */
  public static KeptRows readFormat1(
      DataInput in, ForecasterConfig config, int covariates, int replayed, int targets)
      throws IOException {
    InputHistory rows = InputHistory.readFormat1(in, covariates, replayed, targets);
    return new KeptRows(config.transform(), false, 0, rows, new RunningInputs(config));
  }

  /** Bytes of {@link SeriesInputs#writeHistory}. */
  public static int bytes(ForecasterConfig config) {
    return 1
        + Double.BYTES
        + InputHistory.bytes(config)
        + RunningInputs.bytes(config.covariates().size());
  }

  /** Rows stepped before they were stored. */
  public long count() {
    return rows.rows();
  }

  /**
   * Goes on: reads what {@link SeriesInputs#writeRunning} wrote under the same configuration.
   *
   * @param like any of that configuration
   */
  public SeriesInputs goOn(DataInput running, SeriesInputs like) throws IOException {
    return like.read(base, rows, anchor, hasBase, running);
  }

  /** Begins anew under another configuration, with the rows that came since they were stored. */
  public SeriesInputs beginAnew(DataInput running, ForecasterConfig config) throws IOException {
    rows.readSince(running, () -> {});
    return beginAnew(config);
  }

  /** Begins anew: the rows are stepped as if they came for the first time. */
  public SeriesInputs beginAnew(ForecasterConfig config) {
    SeriesInputs inputs = new SeriesInputs(config);
    float[] covariates = new float[config.covariates().size()];
    for (long row = rows.firstHeld(); row < rows.rows(); row++) {
      boolean flagged = row >= rows.firstReplayed();
      for (int i = 0; i < covariates.length; i++) {
        covariates[i] = flagged && !rows.missing(row, 1 + i) ? rows.covariate(row, i) : Float.NaN;
      }
      boolean missing = flagged && rows.missing(row, 0);
      inputs.step(missing ? Double.NaN : raw(rows.target(row)), covariates);
    }
    return inputs;
  }

  private double raw(float kept) {
    return base == 0 ? (float) transform.invert(kept) : transform.invert(base + kept);
  }
}
