package io.tidecast.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformTest {
  @Test
  void aRandomWalkIsFoundByTheLabelItHadBefore() {
    assertEquals(Optional.of(Transform.RANDOM_WALK), Transform.ofLabel("difference"));
    assertEquals("random-walk", Transform.RANDOM_WALK.toString());
    for (Transform transform : Transform.values()) {
      assertEquals(Optional.of(transform), Transform.ofLabel(transform.toString()));
    }
    assertEquals(Optional.empty(), Transform.ofLabel("log"));
  }

  /** Worked out when the label of a random walk was difference, and states were stored with it. */
  @ParameterizedTest
  @CsvSource({
    "LEVEL, 558225369, -1606289610",
    "RANDOM_WALK, -1458114124, 1280233456",
    "LOG_RETURN, 468158761, -1819975340"
  })
  void statesThatWereStoredUnderAnotherLabelGoOn(Transform transform, int shape, int withCell) {
    ForecasterConfig config = GeneratedSeries.config(transform, 6);

    assertEquals(shape, config.shapeOfState());
    assertEquals(withCell, config.shapeOfStateWithCell());
  }
}
