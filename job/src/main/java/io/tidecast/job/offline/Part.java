package io.tidecast.job.offline;

import io.tidecast.model.ForecasterConfig;
import java.util.Locale;

/** What {@code --ablate} leaves out, to show what it is worth. */
public enum Part {
  /** Hidden and cell state are zero before each step; the weights are as trained. */
  STATE,
  /** The cell state is zero before each step; the weights are as trained. */
  CELL,
  /** The recurrent member forecasts alone. */
  HIGHWAY,
  /** Trained anew from the target alone. */
  COVARIATES;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** With this part switched off beside those that are. */
  ForecasterConfig.Ablation off(ForecasterConfig.Ablation off) {
    return new ForecasterConfig.Ablation(
        off.resetState() || this == STATE,
        off.resetCell() || this == CELL,
        off.zeroRecurrentOutput(),
        off.noHighway() || this == HIGHWAY);
  }
}
