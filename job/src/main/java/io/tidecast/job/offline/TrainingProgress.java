package io.tidecast.job.offline;

import io.tidecast.model.train.TrainingListener;
import java.util.Locale;

/** A training as a phase of its rounds. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
  private final Phases phases;
  private final String name;
  private Phases.Phase phase;

  TrainingProgress(Phases phases, String name) {
    this.phases = phases;
    this.name = name;
    // the number of rounds is known with the first
    phase = phases.begin(name, 1);
  }

  @Override
  public void roundEnded(int round, int rounds, double loss, double validationPinball) {
    if (round == 0) {
      phase.close();
      phase = phases.begin(name, rounds);
    }
    phase.at(
        round,
        String.format(Locale.ROOT, "loss %.4f, validation pinball %.4f", loss, validationPinball));
  }

  @Override
  public void close() {
    phase.close();
  }
}
