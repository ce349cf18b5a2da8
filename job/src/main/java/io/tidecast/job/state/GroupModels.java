package io.tidecast.job.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the versions of one group: which serves from when on.
 *
 * @param coveredBefore no decision still to come can hold for an origin before this, milliseconds
 * @param models ascending by {@code validFrom}
 */
public record GroupModels(long coveredBefore, List<Held> models) {
  /** At least, for origins that come late, and that wait while the watermark has gone on. */
  private static final int KEPT = 3;

  private static final byte[] ELSEWHERE = {};

  /** At most, for origins that are made again. */
  private static final int KEPT_TO_REPLAY = 8;

  static final GroupModels NONE = new GroupModels(Long.MIN_VALUE, List.of());

  /**
   * A version and the first origin it holds for.
   *
   * @param validFrom milliseconds
   * @param version of the model
   * @param artifact the model
   */
  public record Held(long validFrom, String version, byte[] artifact) {
    private Held with(byte[] other) {
      return new Held(validFrom, version, other);
    }
  }

  /** Before the first decision: the model the group started with, from the first origin on. */
  public static GroupModels initial(GroupProgress progress) {
    return progress.version().isEmpty()
        ? NONE
        : new GroupModels(
            Long.MIN_VALUE,
            List.of(new Held(Long.MIN_VALUE, progress.version(), progress.champion())));
  }

  /** Those that are held wherever the same has been said, ascending. */
  public List<Held> newest() {
    return models.subList(Math.max(0, models.size() - KEPT), models.size());
  }

  /** The same, the artifacts of the {@link #newest} being elsewhere. */
  public GroupModels withoutArtifactsOfNewest() {
    List<Held> bare = new ArrayList<>(models.subList(0, models.size() - newest().size()));
    newest().forEach(held -> bare.add(held.with(ELSEWHERE)));
    return new GroupModels(coveredBefore, bare);
  }

  /**
   * The same with the artifacts that were elsewhere.
   *
   * @param byVersion the artifacts
   */
  public GroupModels withArtifacts(Map<String, byte[]> byVersion) {
    List<Held> whole = new ArrayList<>();
    for (Held held : models) {
      boolean isHere = held.artifact().length > 0;
      byte[] artifact = isHere ? held.artifact() : byVersion.get(held.version());
      if (artifact == null) {
        throw new IllegalStateException("the state has no artifact of " + held.version());
      }
      whole.add(held.with(artifact));
    }
    return new GroupModels(coveredBefore, whole);
  }

  /** The version for an origin; empty before the first. */
  public Optional<Held> at(long origin) {
    Held found = null;
    for (Held held : models) {
      if (held.validFrom() <= origin) {
        found = held;
      }
    }
    return Optional.ofNullable(found);
  }

  /** Version that served before the one for an origin; empty if none did, or not known any more. */
  public String versionBefore(long origin) {
    String before = "";
    String found = "";
    for (Held held : models) {
      if (held.validFrom() <= origin) {
        before = found;
        found = held.version();
      }
    }
    return before;
  }

  /**
   * The version for an origin that is made again by a series that has come as far as another: of
   * one that was left for the version before it nothing remains.
   */
  public Optional<Held> replayedAt(long origin, long now) {
    for (int i = 1; i + 1 < models.size(); i++) {
      Held back = models.get(i + 1);
      boolean isLeft = models.get(i - 1).version().equals(back.version());
      if (isLeft
          && back.validFrom() <= now
          && models.get(i).validFrom() <= origin
          && origin < back.validFrom()) {
        return Optional.of(back);
      }
    }
    return at(origin);
  }

  /**
   * With one more notice, without versions that no origin needs any more.
   *
   * @param neededFrom no origin before this is still to come, as a rule, milliseconds
   * @param replayedFrom none before this is made again
   */
  public GroupModels with(GroupNotice notice, long neededFrom, long replayedFrom) {
    List<Held> next = new ArrayList<>(models);
    if (notice instanceof Decision decision) {
      decision
          .outcome()
          .serves()
          .map(model -> new Held(decision.validFrom(), model.version(), model.bytes()))
          .ifPresent(next::add);
    }
    while (next.size() > KEPT
        && next.get(1).validFrom() <= neededFrom
        && (next.get(1).validFrom() <= replayedFrom || next.size() > KEPT_TO_REPLAY)) {
      next.remove(0);
    }
    return new GroupModels(Math.max(coveredBefore, notice.coveredBefore()), next);
  }
}
