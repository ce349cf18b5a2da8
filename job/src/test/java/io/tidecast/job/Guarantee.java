package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A promise of the job about what it has committed, to be held over any scenario.
 *
 * <p>What once broke them or stopped the job, and the test that fails if it does so again:
 *
 * <pre>
 * a late observation after a restart opened its step again
 *     PassingTimeITCase.lateObservationsAfterARestartAmendTheirStepAndTheRestIsForecast
 * an observation of 2999 emptied the table
 *     StoreJobITCase.anObservationOfAFarFutureIsLeftOutAndEndsNoOthersRetention
 * checkpoints had no place that takes them
 *     RunCommandITCase.stoppedKilledAndStartedAgainItForecastsEachOriginOnce
 * a second start committed everything again
 *     the same
 * a savepoint under another configuration
 *     ConfigChangeITCase.modelServesOn,
 *     .naiveServesUntilTheNextTraining
 * a record too large for a dead letter
 *     KafkaITCase.boundedRunEndsByItselfAndRefusedBytesKeepTheirOrigin
 * a group of a name that no topic key takes
 *     GuaranteesITCase.everyGroupIsForecastByModelsTrainedInTheStream
 * a training that throws took all groups along
 *     RetrainFailureHarnessTest.trainingThatBreaksIsAFailedDecisionAndHurtsNoOther
 * every live forecast came a step late
 *     GuaranteesITCase.outputIsAFunctionOfTheInput,
 *     PassingTimeITCase.stepsCloseByTheClockAndAReplayClosesTheSame
 * refused records kept a partition alive
 *     PartitionWatermarksTest.whatIsRefusedKeepsNoPartitionAlive
 * partitions that take turns lost observations
 *     PassingTimeITCase.partitionsThatTakeTurnsLoseNothing
 * an origin was forecast before its decision
 *     ForecastOperatorHarnessTest.originThatNoDecisionCoversWaitsForOneThatDoesWhateverTimeItIs,
 *     .noOriginIsForecastByAVersionWhoseSuccessorHolds
 * no checkpoint passed while a backlog trained
 *     ForecastJobTest.barriersMayOvertakeTheWindowsThatARetrainingHoldsUp
 * a lost transaction ended the task manager
 *     KafkaITCase.transactionsArePooledAndTheirLossEndsNoMoreThanATask
 * a typo ended the JobManager
 *     ClusterITCase.aTypoInAConfigurationIsToldAndTheJobManagerLivesOn
 * feeds of one name, two domains
 *     FeedRunnerITCase.feedsOfOneNameInTwoDomainsLeaveEachOtherAlone
 * jobs of one domain, or of one name
 *     CheckpointsTest.jobsThatMayRunBesideEachOtherShareNothing, RunCommandITCase
 * two domains in one database
 *     StoreJobITCase.domainsInOneDatabaseWriteBesideEachOther
 * a database that was half unpacked
 *     EmbeddedPostgresITCase.whatAKilledProcessHasHalfUnpackedOrHalfMadeIsMadeAnew
 * values that were accepted, and wrong
 *     WrongConfigurationTest.valueOutOfRangeIsRefusedWithItsKeyAndWhatIsAccepted
 * </pre>
 */
interface Guarantee {
  void check(JobRun run);

  /** One forecast per series and origin, of exactly these origins. */
  record OneForecastPerOrigin(Map<String, List<Instant>> origins) implements Guarantee {
    @Override
    public void check(JobRun run) {
      Map<String, List<Instant>> found = new TreeMap<>();
      forecasts(run)
          .forEach(
              forecast ->
                  found
                      .computeIfAbsent(forecast.series(), series -> new ArrayList<>())
                      .add(forecast.origin()));
      found.values().forEach(list -> list.sort(null));
      assertEquals(origins, found);
    }
  }

  /** The forecasts of a series are in order of their origins, under the series as their key. */
  record OrderPerSeries() implements Guarantee {
    @Override
    public void check(JobRun run) {
      run.forecasts()
          .values()
          .forEach(
              (key, values) -> {
                Instant before = Instant.MIN;
                for (String value : values) {
                  ForecastRecord forecast = read(value);
                  assertEquals(key, forecast.series());
                  assertEquals(
                      true, forecast.origin().isAfter(before), key + " " + forecast.origin());
                  before = forecast.origin();
                }
              });
    }
  }

  /** No forecast by a version that had not been decided on when its origin was. */
  record VersionsServeFromTheirDecisionOn() implements Guarantee {
    @Override
    public void check(JobRun run) {
      Map<String, Instant> servesFrom = new TreeMap<>();
      run.decisions().stream()
          .filter(decision -> decision.decision().equals("promoted"))
          .forEach(decision -> servesFrom.put(decision.version(), decision.validFrom()));
      forecasts(run)
          .filter(forecast -> !forecast.model().isEmpty())
          .forEach(
              forecast ->
                  assertEquals(
                      false,
                      forecast.origin().isBefore(servesFrom.get(forecast.model())),
                      forecast.series() + " " + forecast.origin() + " " + forecast.model()));
    }
  }

  /**
   * Byte for byte what another run committed, per key and in the same order.
   *
   * @param ended whether the input has ended; else the last steps are open, and the last decisions
   *     still to come
   */
  record SameAs(JobRun other, boolean ended) implements Guarantee {
    SameAs(JobRun other) {
      this(other, true);
    }

    @Override
    public void check(JobRun run) {
      assertEquals(other.forecasts().values().keySet(), run.forecasts().values().keySet());
      assertSame(other.forecasts(), run.forecasts());
      assertSame(other.evaluations(), run.evaluations());
      assertSame(other.anomalies(), run.anomalies());
      assertSame(other.models(), run.models());
    }

    private void assertSame(CommittedValues expected, CommittedValues found) {
      expected
          .values()
          .forEach(
              (key, values) ->
                  assertSame(key, values, found.values().getOrDefault(key, List.of())));
    }

    private void assertSame(String key, List<String> expected, List<String> found) {
      for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
        assertEquals(expected.get(i), found.get(i), key + " #" + i);
      }
      assertTrue(
          found.size() == expected.size() || !ended && found.size() < expected.size(),
          key + ": " + found.size() + " of " + expected.size());
    }
  }

  private static java.util.stream.Stream<ForecastRecord> forecasts(JobRun run) {
    return run.forecasts().all().stream().map(Guarantee::read);
  }

  private static ForecastRecord read(String value) {
    return ForecastJsonV1.read(value.getBytes(StandardCharsets.UTF_8));
  }
}
