package io.tidecast.job.config;

import static java.util.Objects.requireNonNullElse;

import io.tidecast.model.CellConfig;

/**
 * Shape of the recurrent member.
 *
 * @param cell {@code lstm} (default), {@code rnn}, {@code feed-forward} or {@code none}
 * @param layers stacked layers (default 1)
 * @param hidden size of the hidden state (default 32)
 */
public record ModelSection(CellConfig.Kind cell, Integer layers, Integer hidden) {
  static final ModelSection DEFAULT = new ModelSection(null, null, null);

  public ModelSection {
    cell = requireNonNullElse(cell, CellConfig.DEFAULT.kind());
    layers = requireNonNullElse(layers, CellConfig.DEFAULT.layers());
    hidden = requireNonNullElse(hidden, CellConfig.DEFAULT.hidden());
    new CellConfig(cell, layers, hidden); // refuses what is out of its range
  }

  CellConfig cellConfig() {
    return new CellConfig(cell, layers, hidden);
  }
}
