package io.tidecast.job.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutcomeTest {
  @ParameterizedTest
  @EnumSource(Outcome.Kind.class)
  void codesOfDecisionsAreStable(Outcome.Kind kind) {
    int code =
        switch (kind) {
          case NOT_TRIGGERED -> 0;
          case KEPT -> 1;
          case PROMOTED -> 2;
          case FAILED -> 3;
          case ROLLED_BACK -> 4;
        };

    assertEquals(code, kind.code());
    assertEquals(kind, Outcome.Kind.ofCode(code));
  }

  @Test
  void unknownCodeOfADecisionIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Outcome.Kind.ofCode(5));
  }
}
