package io.tidecast.job.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GroupModelsTest {
  private static final Outcome.Losses LOSSES = new Outcome.Losses(0.1, 0.2, 0.3);

  private static Decision decision(long validFrom, String promoted) {
    return new Decision(
        "g",
        validFrom - 5,
        validFrom,
        validFrom + 100,
        promoted.isEmpty()
            ? new Outcome.Kept("", LOSSES)
            : new Outcome.Promoted(promoted, promoted.getBytes(), "", LOSSES),
        promoted,
        "",
        Decision.Basis.NONE);
  }

  private static Optional<String> versionAt(GroupModels models, long origin) {
    return models.at(origin).map(GroupModels.Held::version);
  }

  private static List<String> versions(GroupModels models) {
    return models.models().stream().map(GroupModels.Held::version).toList();
  }

  /** The older ones are not held everywhere; an earlier version kept all of them here. */
  @Test
  void artifactsOfTheNewestMayLieElsewhere() {
    GroupModels models = GroupModels.NONE;
    for (int i = 1; i <= 4; i++) {
      models = models.with(decision(100 * i, "g-" + i), Long.MIN_VALUE, Long.MIN_VALUE);
    }
    Map<String, byte[]> elsewhere = new HashMap<>();
    models.newest().forEach(held -> elsewhere.put(held.version(), held.artifact()));
    GroupModels bare = models.withoutArtifactsOfNewest();

    assertEquals(Set.of("g-2", "g-3", "g-4"), elsewhere.keySet());
    assertEquals(List.of(3, 0, 0, 0), bytes(bare));
    assertEquals(List.of(3, 3, 3, 3), bytes(bare.withArtifacts(elsewhere)));
    assertEquals(bytes(models), bytes(models.withArtifacts(Map.of())));
    elsewhere.remove("g-3");
    assertThrows(IllegalStateException.class, () -> bare.withArtifacts(elsewhere));
  }

  private static List<Integer> bytes(GroupModels models) {
    return models.models().stream().map(held -> held.artifact().length).toList();
  }

  /** A job that was restored says again what it had said. */
  @Test
  void coverageNeverGoesBack() {
    GroupModels models = GroupModels.NONE.with(new GroupNotice.Covered("g", 500), 0, 0);

    assertEquals(500, models.with(new GroupNotice.Covered("g", 400), 0, 0).coveredBefore());
    assertEquals(500, models.with(decision(100, "g-1"), 0, 0).coveredBefore());
  }

  @Test
  void noVersionServesBeforeTheFirst() {
    GroupModels models =
        GroupModels.NONE.with(decision(100, "g-1"), Long.MIN_VALUE, Long.MIN_VALUE);

    assertEquals(Optional.empty(), versionAt(models, 99));
    assertEquals(Optional.of("g-1"), versionAt(models, 100));
    assertEquals(200, models.coveredBefore());
  }

  @Test
  void decisionThatPromotesNothingCoversFurtherOrigins() {
    GroupModels models =
        GroupModels.NONE
            .with(decision(100, "g-1"), Long.MIN_VALUE, Long.MIN_VALUE)
            .with(decision(200, ""), 150, 150);

    assertEquals(Optional.of("g-1"), versionAt(models, 250));
    assertEquals(300, models.coveredBefore());
  }

  @Test
  void versionIsKeptAsLongAsAnOriginMayNeedIt() {
    GroupModels models =
        GroupModels.NONE
            .with(decision(100, "g-1"), Long.MIN_VALUE, Long.MIN_VALUE)
            .with(decision(200, "g-2"), 150, 150);
    assertEquals(Optional.of("g-1"), versionAt(models, 199));

    GroupModels more =
        models.with(decision(300, "g-3"), 199, 199).with(decision(400, "g-4"), 199, 199);
    assertEquals(List.of("g-1", "g-2", "g-3", "g-4"), versions(more));
    assertEquals(List.of("g-2", "g-3", "g-4"), versions(more.with(decision(500, ""), 200, 200)));
  }
}
