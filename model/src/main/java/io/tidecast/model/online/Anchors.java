package io.tidecast.model.online;

import io.tidecast.model.Checks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Earlier states of one series, to go back to when something of the past turns out otherwise.
 *
 * <p>One is kept from before the first step of each block of {@code reach} steps of the grid, the
 * last two of them: so there is always one to go back to that lies {@code reach} steps back, and
 * none that lies further back than twice that.
 *
 * <p>What they have in common is kept once, and no scores are kept: nothing is scored again.
 *
 * @param kept oldest first, at most two
 */
public record Anchors(List<Anchor> kept) {
  private static final int KEPT = 2;
  private static final int USUAL_BYTES = 8_192;

  /** Of a series of which nothing is kept: no correction reaches back. */
  public static final Anchors NONE = new Anchors(List.of());

  /**
   * A state as it was.
   *
   * @param block of the step that came next
   * @param lastIndex of its last step; {@code Long.MIN_VALUE} if the series began after it
   * @param state of the first as {@link SeriesState#write} has it, empty if the series began after
   *     it; of the second the {@link Patch} of the first that makes it
   */
  public record Anchor(long block, long lastIndex, byte[] state) {

    private Object[] content() {
      return new Object[] {block, lastIndex, state};
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Anchor that && Arrays.deepEquals(content(), that.content());
    }

    @Override
    public int hashCode() {
      return Arrays.deepHashCode(content());
    }
  }

  public Anchors {
    kept = List.copyOf(kept);
    Checks.inRange("anchors", kept.size(), 0, KEPT);
  }

  /** Of states each of which is whole, as they were stored once. */
  public static Anchors ofWhole(List<Anchor> anchors) {
    Anchors patched = NONE;
    for (Anchor anchor : anchors) {
      patched = patched.with(anchor);
    }
    return patched;
  }

  /** Whether the state before a step is to be kept: the step begins a block, or a series. */
  static boolean areDue(long lastIndex, long index, int reach) {
    return reach > 0
        && (lastIndex == SeriesState.NO_STEP
            || Math.floorDiv(lastIndex, reach) != Math.floorDiv(index, reach));
  }

  /** With the state before a step that begins a block, in place of one that was there. */
  Anchors with(SeriesState state, long block) {
    List<Anchor> before = kept.stream().filter(anchor -> anchor.block() < block).toList();
    return new Anchors(before).with(new Anchor(block, state.lastIndex(), stored(state)));
  }

  /** With one more, whole; the oldest goes. */
  private Anchors with(Anchor next) {
    if (kept.isEmpty()) {
      return new Anchors(List.of(next));
    }
    Anchor last = kept.get(kept.size() - 1);
    byte[] whole = newestState();
    return new Anchors(
        List.of(
            new Anchor(last.block(), last.lastIndex(), whole),
            new Anchor(next.block(), next.lastIndex(), Patch.of(whole, next.state()))));
  }

  private byte[] newestState() {
    byte[] first = kept.get(0).state();
    return kept.size() == 1 ? first : Patch.apply(first, kept.get(1).state());
  }

  private static byte[] stored(SeriesState state) {
    if (state.lastIndex() == SeriesState.NO_STEP) {
      return new byte[0];
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
    try {
      state.writeUnscored(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Those of before a step. */
  public Anchors before(long index) {
    return new Anchors(kept.stream().filter(anchor -> anchor.lastIndex() < index).toList());
  }

  /** The newest state, of whose period nothing is scored. */
  Optional<SeriesState> newest(SeriesForecaster forecaster) {
    if (kept.isEmpty()) {
      return Optional.empty();
    }
    byte[] stored = newestState();
    DataInput in = new DataInputStream(new ByteArrayInputStream(stored));
    try {
      return Optional.of(stored.length == 0 ? forecaster.newState() : forecaster.read(in, in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Bytes as they differ from others, place by place: their number (int), then in turns how many
   * are the same and how many are not (unsigned shorts), with the latter.
   */
  static final class Patch {
    private static final int LONGEST = 0xffff;

    /** Fewer that are the same in a row cost more to leave out than to write. */
    private static final int WORTHWHILE = 5;

    private Patch() {}

    static byte[] of(byte[] from, byte[] to) {
      // of each run of what differs at least one byte is written, and five are left out after it
      ByteBuffer patch = ByteBuffer.allocate(2 * to.length + 16);
      patch.putInt(to.length);
      int at = 0;
      while (at < to.length) {
        int begin = Math.min(at + LONGEST, at + same(from, to, at));
        int end = endOfDifference(from, to, begin);
        patch.putShort((short) (begin - at)).putShort((short) (end - begin));
        patch.put(to, begin, end - begin);
        at = end;
      }
      return Arrays.copyOf(patch.array(), patch.position());
    }

    /** How many are the same from a place on. */
    private static int same(byte[] from, byte[] to, int begin) {
      int at = begin;
      while (at < to.length && at < from.length && from[at] == to[at]) {
        at++;
      }
      return at - begin;
    }

    private static int endOfDifference(byte[] from, byte[] to, int begin) {
      int last = Math.min(to.length, begin + LONGEST);
      int at = begin;
      while (at < last) {
        int same = same(from, to, at);
        if (same >= WORTHWHILE || at + same == to.length) {
          return at;
        }
        at += Math.max(1, same);
      }
      return last;
    }

    static byte[] apply(byte[] from, byte[] patch) {
      ByteBuffer in = ByteBuffer.wrap(patch);
      byte[] to = Arrays.copyOf(from, in.getInt());
      int at = 0;
      while (in.hasRemaining()) {
        at += Short.toUnsignedInt(in.getShort());
        int different = Short.toUnsignedInt(in.getShort());
        in.get(to, at, different);
        at += different;
      }
      return to;
    }
  }
}
