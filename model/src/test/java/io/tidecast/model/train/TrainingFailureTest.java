package io.tidecast.model.train;

import static io.tidecast.model.train.Trainings.CONFIG;
import static io.tidecast.model.train.Trainings.RUN;
import static io.tidecast.model.train.Trainings.trained;
import static io.tidecast.model.train.Trainings.windows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Trainings that end without a model, and say why. */
class TrainingFailureTest {
  @Test
  void lossesThatAreNotFiniteAreDroppedCountedAndInTheEndFailTheTraining() throws Exception {
    TrainingResult.Failed failed = trainFromHeadBiases(Float.NaN);

    assertTrue(failed.reason().contains("not finite"), failed.reason());
    assertTrue(
        failed.report().nonFiniteSteps() > TrainingConfig.DEFAULT.optimizer().maxNonFinite());
    assertEquals(0, failed.report().updates());
  }

  @Test
  void weightsThatHaveExplodedFailTheTraining() throws Exception {
    TrainingResult.Failed failed = trainFromHeadBiases(1e30f);

    assertTrue(failed.reason().contains("weights"), failed.reason());
  }

  private static TrainingResult.Failed trainFromHeadBiases(float bias) throws Exception {
    List<Stretch> windows = windows("a", 1000, 100, 1);
    ForecastModel champion = ModelArtifact.read(ModelArtifact.write(trained(1000).model()));
    HeadWeights head = champion.head().orElseThrow();
    ForecastModel broken =
        ModelArtifact.seal(
            CONFIG, champion.layers(), head.moved(bias), null, champion.provenance());
    TrainingResult result =
        new Trainer(CONFIG, TrainingConfig.DEFAULT)
            .choose(windows, broken, RUN, TrainingListener.NONE);
    return assertInstanceOf(TrainingResult.Failed.class, result);
  }

  @Test
  void tooLittleHistoryIsRefusedWithTheNumbers() {
    TrainingResult result =
        new Trainer(CONFIG, TrainingConfig.DEFAULT)
            .choose(windows("a", 90, 90, 1), RUN, TrainingListener.NONE);

    TrainingResult.Failed failed = assertInstanceOf(TrainingResult.Failed.class, result);
    assertTrue(failed.reason().contains("at least 64"), failed.reason());
    assertTrue(failed.isTooShort());
  }

  @Test
  void noWindowsAtAllAreRefused() {
    TrainingResult result =
        new Trainer(CONFIG, TrainingConfig.DEFAULT).choose(List.of(), RUN, TrainingListener.NONE);

    assertInstanceOf(TrainingResult.Failed.class, result);
  }

  @Test
  void widthThatDoesNotFitTheCovariatesIsAnError() {
    List<Stretch> windows = List.of(new Stretch("a", 9, new float[10][2]));

    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Trainer(CONFIG, TrainingConfig.DEFAULT)
                .choose(windows, RUN, TrainingListener.NONE));
  }

  @Test
  void anExceptionIsAFailedTraining() {
    TrainingResult result =
        new Trainer(CONFIG, TrainingConfig.DEFAULT)
            .choose(
                windows("a", 1500, 100, 1),
                RUN,
                (round, rounds, loss, validation) -> {
                  throw new IllegalStateException("on purpose");
                });

    TrainingResult.Failed failed = assertInstanceOf(TrainingResult.Failed.class, result);
    assertTrue(failed.reason().contains("on purpose"), failed.reason());
    assertEquals(0, OffHeap.openBytes());
  }

  @Test
  void anInterruptedTrainingIsCancelled() {
    List<Stretch> windows = windows("a", 1500, 100, 1);

    assertThrows(
        CancellationException.class,
        () ->
            new Trainer(CONFIG, TrainingConfig.DEFAULT)
                .choose(
                    windows,
                    RUN,
                    (round, rounds, loss, validation) -> Thread.currentThread().interrupt()));

    assertTrue(Thread.interrupted(), "the interrupt is left to the caller");
    assertEquals(0, OffHeap.openBytes());
  }
}
