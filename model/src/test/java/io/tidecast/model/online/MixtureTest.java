package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MixtureTest {
  private static final ForecasterConfig CONFIG = GeneratedSeries.config(Transform.LEVEL, 3);
  private static final float NONE = Float.NaN;
  private static final boolean[] ALL = {true, true, true, true, true, true};
  private static final boolean[] NAIVES = {false, false, true, true, true, true};
  private final Mixture mixture = new Mixture(CONFIG);

  /** What the naives come to is far worse than the best of them. */
  private void observe(int knot, int times, float... losses) {
    observeAll(knot, times, 50, losses);
  }

  /**
   * @param ofNaives what the naives come to
   */
  private void observeAll(int knot, int times, float ofNaives, float... losses) {
    float[] all = Arrays.copyOf(losses, Mixture.LOSSES);
    all[Mixture.NAIVES] = ofNaives;
    for (int i = 0; i < times; i++) {
      mixture.observe(knot, all);
    }
  }

  private float share(boolean[] taking, int knot, int expert) {
    return share(taking, false, knot, expert);
  }

  private float share(boolean[] taking, boolean holds, int knot, int expert) {
    float[] shares = new float[3 * Mixture.EXPERTS];
    mixture.shares(taking, holds, LeadKnots.of(CONFIG), shares);
    float sum = 0;
    for (int k = 0; k < Mixture.EXPERTS; k++) {
      sum += shares[knot * Mixture.EXPERTS + k];
    }
    assertEquals(1, sum, 1e-6);
    return shares[knot * Mixture.EXPERTS + expert];
  }

  @Test
  void naivesShareEvenlyWhileNothingIsKnown() {
    assertEquals(0.25f, share(NAIVES, 0, 2));
    assertEquals(0, share(NAIVES, 0, 0));
    observe(0, 1, NONE, NONE, 0, 0, 0, 0);
    assertEquals(0.25f, share(NAIVES, 0, 5));
  }

  @Test
  void naivesThatAreAboutAsGoodShareWhileThereIsNoModel() {
    observe(0, 1000, NONE, NONE, 1, 1.05f, 2, 2);

    // 1 / (1 + exp(-7 * 1000 / 1024 * 0.05))
    assertEquals(0.585, share(NAIVES, 0, 2), 0.005);
    assertEquals(0.415, share(NAIVES, 0, 3), 0.005);
    // 1 / (1 + exp(-40 * 1000 / 1024 * 0.05)): a mean of values that hold is neither of them
    assertEquals(0.88, share(NAIVES, true, 0, 2), 0.01);
  }

  @Test
  void modelIsTrustedMoreThanTheNaivesWhileNothingIsKnownOfIt() {
    observe(0, 500, NONE, NONE, 1, 1, 1, 1);

    // 1 / (2 + 4 / 10 + 1 / 2)
    assertEquals(0.3448, share(ALL, 0, 0), 1e-3);
    assertEquals(0.0776, share(ALL, 0, 2), 1e-3);
  }

  @Test
  void whatTheNaivesComeToSharesWithAModelThatIsAboutAsGood() {
    float better = 1 - 0.05f;
    observeAll(0, 2000, 1, better, better, 1.2f, 1.2f, 1.2f, 1.2f);

    // exp(-20 * 2000 / 2024 * 0.05 / 0.95) / 2, a quarter of it each
    double all = Math.exp(-20 * 2000 / 2024.0 * 0.05 / 0.95) / 2;
    assertEquals(all / (2 + all) / 4, share(ALL, 0, 2), 1e-3);
    assertEquals(1 / (2 + all), share(ALL, 0, 0), 1e-3);
  }

  @Test
  void whatTheNaivesComeToIsDividedAmongThemAsWithoutAModel() {
    observeAll(0, 2000, 1, 2, 2, 3, 3.3f, 9, 9);

    // nobody else is left; 1 / (1 + exp(-7 * 2000 / 2024 * 0.1))
    assertEquals(0, share(ALL, 0, 0), 1e-3);
    assertEquals(0.666, share(ALL, 0, 2), 0.005);
    assertEquals(share(NAIVES, 0, 2), share(ALL, 0, 2), 0.005);
    assertEquals(share(NAIVES, 0, 3), share(ALL, 0, 3), 0.005);
  }

  @Test
  void oneNaiveAloneIsNoOtherExpert() {
    boolean[] taking = {true, true, true, false, false, false};
    observeAll(0, 2000, 1.05f, 1, 1, 1.05f, NONE, NONE, NONE);

    // exp(-40 * 2000 / 2024 * 0.05) / 10
    double naive = Math.exp(-40 * 2000 / 2024.0 * 0.05) / 10;
    assertEquals(naive / (2 + naive), share(taking, 0, 2), 1e-3);
  }

  @Test
  void whatTheNaivesComeToIsTrustedTheLaterTheLongerTheLead() {
    observeAll(0, 24, 0.9f, 1, 1, 5, 5, 5, 5);
    observeAll(2, 24, 0.9f, 1, 1, 5, 5, 5, 5);

    assertTrue(share(ALL, 0, 0) < share(ALL, 2, 0), share(ALL, 0, 0) + ", " + share(ALL, 2, 0));
  }

  @Test
  void betterMemberGainsTheMoreTheLongerItIsBetter() {
    observe(1, 1, 1, 1.5f, 5, 5, 5, 5);
    float first = share(ALL, 1, 0);
    observe(1, 500, 1, 1.5f, 5, 5, 5, 5);

    assertTrue(first > 0.5 && first < 0.6, "first " + first);
    // 1 / (1 + exp(-20 * 501 / 525 * 0.5))
    assertEquals(0.9999, share(ALL, 1, 0), 1e-4);
    assertEquals(0, share(ALL, 1, 2));
  }

  @Test
  void naiveThatIsBetterThanTheModelTakesOver() {
    observe(0, 1000, 1.2f, 1.2f, 1, 3, 3, 3);

    assertTrue(share(ALL, 0, 2) > 0.9, "" + share(ALL, 0, 2));
  }

  @Test
  void ofASuccessorFromScratchNothingIsKnown() {
    observe(0, 2000, 9, 9, 1, 3, 3, 3);
    mixture.succeed(false);

    assertEquals(0.3448, share(ALL, 0, 0), 1e-3);
    observe(0, 50, 0.5f, 0.5f, 1, 3, 3, 3);
    assertTrue(share(ALL, 0, 0) > 0.45, "" + share(ALL, 0, 0));
  }

  @Test
  void aSuccessorMadeFromTheLastGoesOnAndIsSoonKnownItself() {
    observe(0, 2000, 3, 3, 1, 5, 5, 5);
    mixture.succeed(true);

    assertTrue(share(ALL, 0, 2) > 0.9, "" + share(ALL, 0, 2));
    observe(0, 200, 0.5f, 0.5f, 1, 5, 5, 5);
    assertTrue(share(ALL, 0, 0) > 0.45, "" + share(ALL, 0, 0));
  }

  @Test
  void memberThatBreaksLosesItsShare() {
    observe(2, 2000, 1, 1.5f, 5, 5, 5, 5);
    observe(2, 100, 20, 1.5f, 5, 5, 5, 5);

    assertTrue(share(ALL, 2, 0) < 0.01, "share " + share(ALL, 2, 0));
  }

  @Test
  void oneAbsurdLossIsForgottenSoon() {
    observe(0, 1000, 1, 2, 3, 3, 3, 3);
    observe(0, 1, 1e9f, 2, 3, 3, 3, 3);

    // 20 times the best loss, over 1000
    assertTrue(share(ALL, 0, 0) > 0.99, "share " + share(ALL, 0, 0));
  }

  @Test
  void lossesBeforeThereWasAModelAreNotHeldAgainstTheNaives() {
    observe(0, 1000, NONE, NONE, 3, 5, 5, 5);
    observe(0, 500, 1.2f, 1.2f, 1, 5, 5, 5);

    assertTrue(share(ALL, 0, 2) > 0.9, "" + share(ALL, 0, 2));
  }

  @Test
  void rareEventThatAllMissDecidesNothing() {
    for (int event = 0; event < 20; event++) {
      observe(0, 99, 0.01f, 0.03f, 5, 5, 5, 5);
      observe(0, 1, 10.1f, 10, 10, 10, 10, 10);
    }

    // 0.01 against 0.03 is much, but not beside the events: 0.11 against 0.13
    assertEquals(1 / (1 + Math.exp(-20 * 0.0188 / 0.111)), share(ALL, 0, 0), 0.05);
  }

  /** A backtest serves what was chosen, and then the same trained on all rows. */
  @Test
  void whatTheMixtureKnowsOfAModelHoldsForTheSameTrainedOnAllRows() throws IOException {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, 3);
    SeriesForecaster forecaster = new SeriesForecaster(config, 12);
    List<ClosedStep> steps = GeneratedSeries.steps(3, 200);

    byte[] same = mixture(forecaster, steps, RandomModels.model(config, "g-1-aa", 1));
    byte[] complete = mixture(forecaster, steps, RandomModels.model(config, "g-1-bb", 1));
    byte[] other = mixture(forecaster, steps, RandomModels.model(config, "g-2-cc", 1));

    assertArrayEquals(same, complete);
    assertFalse(Arrays.equals(same, other));
  }

  /** After the last step, which another version serves. */
  private static byte[] mixture(
      SeriesForecaster forecaster, List<ClosedStep> steps, ForecastModel successor)
      throws IOException {
    ForecastModel first = RandomModels.model(forecaster.config(), "g-1-aa", 1);
    SeriesState state = forecaster.newState();
    for (int i = 0; i < steps.size(); i++) {
      forecaster.step(state, steps.get(i), i + 1 < steps.size() ? first : successor);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.mixture().write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
