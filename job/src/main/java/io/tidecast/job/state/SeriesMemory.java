package io.tidecast.job.state;

import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.OptionalLong;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * State of one series as keyed state holds it: stored bytes until the first use after a restore,
 * the live state from then on. A serializer restored from a checkpoint cannot know the
 * configuration that gives the bytes their shape; the function that uses them does.
 *
 * <p>It is whole, or its history lies {@linkplain #isApart apart}, in a value of its own that is
 * seldom written: what is read then {@linkplain #join joins} it.
 */
public final class SeriesMemory {
  private static final long NOT_SWAPPED = Long.MIN_VALUE;

  /** Of a day ahead by hours; of longer horizons it grows. */
  private static final int USUAL_BYTES = 8_192;

  private final long storedLastIndex;
  private byte[] stored;
  private byte[] history;
  private boolean isApart;
  private SeriesState live;
  private String version;
  private long swappedAt;

  private SeriesMemory(long storedLastIndex, byte[] stored, String version, long swappedAt) {
    this.storedLastIndex = storedLastIndex;
    this.stored = stored;
    this.version = version;
    this.swappedAt = swappedAt;
  }

  /** A whole one, of which is not known what version has stepped it. */
  public static SeriesMemory ofStored(long lastIndex, byte[] stored) {
    return new SeriesMemory(lastIndex, stored, "", NOT_SWAPPED);
  }

  /**
   * As it was stored.
   *
   * @param isApart whether without its history
   */
  static SeriesMemory ofStored(
      long lastIndex, byte[] stored, String version, long swappedAt, boolean isApart) {
    SeriesMemory memory = new SeriesMemory(lastIndex, stored, version, swappedAt);
    memory.isApart = isApart;
    return memory;
  }

  /** A whole one. */
  public static SeriesMemory ofLive(SeriesState live) {
    SeriesMemory memory = new SeriesMemory(Long.MIN_VALUE, null, "", NOT_SWAPPED);
    memory.live = live;
    return memory;
  }

  /** The same with another past. */
  public SeriesMemory with(SeriesState amended) {
    SeriesMemory memory = new SeriesMemory(Long.MIN_VALUE, null, version, swappedAt);
    memory.live = amended;
    return memory;
  }

  /** Version of the model that its last step came under; empty if none, or not known. */
  public String version() {
    return version;
  }

  /** Index of the first step under that version, while the state before it is kept. */
  public OptionalLong swappedAt() {
    return swappedAt == NOT_SWAPPED ? OptionalLong.empty() : OptionalLong.of(swappedAt);
  }

  long swappedAtOrMin() {
    return swappedAt;
  }

  /**
   * Steps come under another version from now on.
   *
   * @param index of the first of them; the state before it is kept
   */
  public void swap(String to, long index) {
    version = to;
    swappedAt = index;
  }

  /** The same, and the state before it is not kept. */
  public void swapForGood(String to) {
    swap(to, NOT_SWAPPED);
  }

  /** Index of the last step. */
  public long lastIndex() {
    return live == null ? storedLastIndex : live.lastIndex();
  }

  /** Whether the history is not part of what is stored. */
  public boolean isApart() {
    return isApart;
  }

  /** Adds the history that was kept apart. */
  public void join(byte[] itsHistory) {
    history = itsHistory;
  }

  /**
   * The live state; changes of it are changes of this.
   *
   * @throws IOException if the stored state is of another shape than the configuration
   */
  public SeriesState live(SeriesForecaster forecaster) throws IOException {
    if (live == null) {
      DataInput in = new DataInputDeserializer(stored);
      live = forecaster.read(isApart ? new DataInputDeserializer(joined()) : in, in);
      stored = null;
      history = null;
    }
    return live;
  }

  private byte[] joined() {
    if (history == null) {
      throw new IllegalStateException("the history of a series is missing beside its state");
    }
    return history;
  }

  /** From now on the history is part of what is stored, unless this has not come alive. */
  public void keepWhole() {
    isApart &= live == null;
  }

  /**
   * From now on the history is not part of what is stored.
   *
   * @return the history, if what lies apart must be replaced by it; else empty
   */
  public byte[] keepApart() {
    if (live == null || isApart && !live.historyIsDue()) {
      return new byte[0];
    }
    isApart = true;
    return bytes(live::writeHistory);
  }

  @FunctionalInterface
  private interface Part {
    void writeTo(DataOutput out) throws IOException;
  }

  private static byte[] bytes(Part part) {
    DataOutputSerializer out = new DataOutputSerializer(USUAL_BYTES);
    try {
      part.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.getCopyOfBuffer();
  }

  /** All of it, or what is not apart. */
  public byte[] toBytes() {
    if (live == null) {
      return stored;
    }
    return bytes(isApart ? live::writeLive : live::write);
  }

  /**
   * The same whole, in the form that takes the least room, to be kept for long; nothing before it
   * is.
   */
  public SeriesMemory toKeep() {
    return new SeriesMemory(lastIndex(), whole(), version, NOT_SWAPPED);
  }

  private byte[] whole() {
    if (live != null) {
      return bytes(live::write);
    }
    if (!isApart) {
      return stored;
    }
    byte[] whole = Arrays.copyOf(joined(), history.length + stored.length);
    System.arraycopy(stored, 0, whole, history.length, stored.length);
    return whole;
  }

  /** A memory of its own: one that is being written to a checkpoint must not come alive. */
  public SeriesMemory copy() {
    SeriesMemory copy = ofStored(storedLastIndex, stored, version, swappedAt, isApart);
    copy.history = history;
    copy.live = live == null ? null : live.copy();
    return copy;
  }
}
