package io.tidecast.job.state;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.online.SeriesState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * State of one series as keyed state holds it: stored bytes until the first use after a restore,
 * the live state from then on. A serializer restored from a checkpoint cannot know the
 * configuration that gives the bytes their shape; the function that uses them does.
 */
public final class SeriesMemory {
  private final long storedLastIndex;
  private byte[] stored;
  private SeriesState live;

  private SeriesMemory(long storedLastIndex, byte[] stored, SeriesState live) {
    this.storedLastIndex = storedLastIndex;
    this.stored = stored;
    this.live = live;
  }

  public static SeriesMemory ofStored(long lastIndex, byte[] stored) {
    return new SeriesMemory(lastIndex, stored, null);
  }

  public static SeriesMemory ofLive(SeriesState live) {
    return new SeriesMemory(Long.MIN_VALUE, null, live);
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

  /** A memory of its own: one that is being written to a checkpoint must not come alive. */
  public SeriesMemory copy() {
    return live == null ? ofStored(storedLastIndex, stored) : ofLive(live.copy());
  }
}
