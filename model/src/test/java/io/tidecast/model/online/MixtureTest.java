package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Transform;
import org.junit.jupiter.api.Test;

class MixtureTest {
  private final Mixture mixture = new Mixture(GeneratedSeries.config(Transform.LEVEL, 3));

  @Test
  void membersShareEvenlyWhileNothingIsKnown() {
    assertEquals(0.5f, mixture.share(0));
    mixture.observe(0, 0, 0);
    assertEquals(0.5f, mixture.share(0));
  }

  @Test
  void betterMemberGainsTheMoreTheLongerItIsBetter() {
    mixture.observe(1, 1.0, 1.5);
    float first = mixture.share(1);
    for (int i = 0; i < 500; i++) {
      mixture.observe(1, 1.0, 1.5);
    }

    assertTrue(first > 0.5 && first < 0.6, "first " + first);
    // sigmoid(8 * 501 / 525 * 0.5 / 1.25)
    assertEquals(0.955, mixture.share(1), 1e-3);
    assertEquals(0.5f, mixture.share(0));
  }

  @Test
  void memberThatBreaksLosesItsShare() {
    for (int i = 0; i < 2000; i++) {
      mixture.observe(2, 1.0, 1.5);
    }
    for (int i = 0; i < 100; i++) {
      mixture.observe(2, 20.0, 1.5);
    }

    assertTrue(mixture.share(2) < 0.05, "share " + mixture.share(2));
  }
}
