package io.tidecast.job.state;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.online.SeriesState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.OptionalLong;

/**
 * State of one series as keyed state holds it: stored bytes until the first use after a restore,
 * the live state from then on. A serializer restored from a checkpoint cannot know the
 * configuration that gives the bytes their shape; the function that uses them does.
 */
public final class SeriesMemory {
  private static final long NOT_SWAPPED = Long.MIN_VALUE;

  private final long storedLastIndex;
  private byte[] stored;
  private SeriesState live;
  private String version;
  private long swappedAt;

  private SeriesMemory(
      long storedLastIndex, byte[] stored, SeriesState live, String version, long swappedAt) {
    this.storedLastIndex = storedLastIndex;
    this.stored = stored;
    this.live = live;
    this.version = version;
    this.swappedAt = swappedAt;
  }

  /** Of which is not known what version has stepped it. */
  public static SeriesMemory ofStored(long lastIndex, byte[] stored) {
    return ofStored(lastIndex, stored, "", NOT_SWAPPED);
  }

  static SeriesMemory ofStored(long lastIndex, byte[] stored, String version, long swappedAt) {
    return new SeriesMemory(lastIndex, stored, null, version, swappedAt);
  }

  public static SeriesMemory ofLive(SeriesState live) {
    return new SeriesMemory(Long.MIN_VALUE, null, live, "", NOT_SWAPPED);
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

  /**
   * The live state; changes of it are changes of this.
   *
   * @throws IOException if the stored state is of another shape than the configuration
   */
  public SeriesState live(ForecasterConfig config) throws IOException {
    if (live == null) {
      live = SeriesState.read(new DataInputStream(new ByteArrayInputStream(stored)), config);
      stored = null;
    }
    return live;
  }

  public byte[] toBytes() {
    if (live == null) {
      return stored;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      live.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The same in the form that takes the least room, to be kept for long; nothing before it is. */
  public SeriesMemory toKeep() {
    return ofStored(lastIndex(), toBytes(), version, NOT_SWAPPED);
  }

  /** A memory of its own: one that is being written to a checkpoint must not come alive. */
  public SeriesMemory copy() {
    return new SeriesMemory(
        storedLastIndex, stored, live == null ? null : live.copy(), version, swappedAt);
  }
}
