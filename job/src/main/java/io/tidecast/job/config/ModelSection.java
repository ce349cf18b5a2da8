package io.tidecast.job.config;

import static java.util.Objects.requireNonNullElse;

import io.tidecast.model.CellConfig;
import io.tidecast.model.Checks;
import io.tidecast.model.ForecasterConfig;
import java.util.List;

/**
 * Shape of the recurrent member, and parts switched off for experiments.
 *
 * @param cell {@code lstm} (default), {@code rnn}, {@code feed-forward} or {@code none}
 * @param layers stacked layers (default 1)
 * @param hidden size of the hidden state (default 32)
 * @param ablate any of {@code state}, {@code cell}, {@code recurrent-output}, {@code highway}
 */
public record ModelSection(
    CellConfig.Kind cell, Integer layers, Integer hidden, List<String> ablate) {
  private static final List<String> PARTS = List.of("state", "cell", "recurrent-output", "highway");
  static final ModelSection DEFAULT = new ModelSection(null, null, null, null);

  public ModelSection {
    cell = requireNonNullElse(cell, CellConfig.DEFAULT.kind());
    layers = requireNonNullElse(layers, CellConfig.DEFAULT.layers());
    hidden = requireNonNullElse(hidden, CellConfig.DEFAULT.hidden());
    ablate = List.copyOf(requireNonNullElse(ablate, List.of()));
    new CellConfig(cell, layers, hidden); // refuses what is out of its range
    Checks.that(PARTS.containsAll(ablate), "ablate", ablate, "any of " + PARTS);
  }

  CellConfig cellConfig() {
    return new CellConfig(cell, layers, hidden);
  }

  ForecasterConfig.Ablation ablation() {
    return new ForecasterConfig.Ablation(
        ablate.contains("state"),
        ablate.contains("cell"),
        ablate.contains("recurrent-output"),
        ablate.contains("highway"));
  }
}
