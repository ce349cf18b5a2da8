package io.tidecast.job.offline;

import io.tidecast.model.member.Ablation;
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

  /** What is switched off to be without it; nothing if it takes a training. */
  Ablation ablation() {
    return new Ablation(this == STATE, this == CELL, this == HIGHWAY);
  }
}
