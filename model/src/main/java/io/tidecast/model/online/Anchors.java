package io.tidecast.model.online;

import io.tidecast.model.Checks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Earlier states of one series, to go back to when something of the past turns out otherwise.
 *
 * <p>One is kept from before the first step of each block of {@code reach} steps of the grid, the
 * last two of them: so there is always one to go back to that lies {@code reach} steps back, and
 * none that lies further back than twice that.
 *
 * @param kept oldest first, at most two
 */
public record Anchors(List<Anchor> kept) {
  private static final int KEPT = 2;

  /** Of a series of which nothing is kept: no correction reaches back. */
  public static final Anchors NONE = new Anchors(List.of());

  /**
   * A state as it was.
   *
   * @param block of the step that came next
   * @param lastIndex of its last step; {@code Long.MIN_VALUE} if the series began after it
   * @param state as {@link SeriesState#write} has it; empty if the series began after it
   */
  public record Anchor(long block, long lastIndex, byte[] state) {}

  public Anchors {
    kept = List.copyOf(kept);
    Checks.inRange("anchors", kept.size(), 0, KEPT);
  }

  /** Whether the state before a step is to be kept: the step begins a block, or a series. */
  static boolean areDue(long lastIndex, long index, int reach) {
    return reach > 0
        && (lastIndex == SeriesState.NO_STEP
            || Math.floorDiv(lastIndex, reach) != Math.floorDiv(index, reach));
  }

  /** With the state before a step that begins a block, in place of one that was there. */
  Anchors with(SeriesState state, long block) {
    List<Anchor> next = new ArrayList<>(kept);
    next.removeIf(anchor -> anchor.block() >= block);
    next.add(new Anchor(block, state.lastIndex(), stored(state)));
    return new Anchors(next.subList(Math.max(0, next.size() - KEPT), next.size()));
  }

  private static byte[] stored(SeriesState state) {
    if (state.lastIndex() == SeriesState.NO_STEP) {
      return new byte[0];
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      state.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Those of before a step. */
  public Anchors before(long index) {
    return new Anchors(kept.stream().filter(anchor -> anchor.lastIndex() < index).toList());
  }

  /** The newest state. */
  Optional<SeriesState> newest(SeriesForecaster forecaster) {
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    byte[] stored = kept.get(kept.size() - 1).state();
    try {
      return Optional.of(
          stored.length == 0
              ? forecaster.newState()
              : SeriesState.read(
                  new DataInputStream(new ByteArrayInputStream(stored)), forecaster.config()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
