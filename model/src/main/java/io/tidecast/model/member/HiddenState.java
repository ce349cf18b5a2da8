package io.tidecast.model.member;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Hidden and cell state of one series, and the version of the weights that made them; they mean
 * nothing to any other weights.
 */
public final class HiddenState {
  private static final String NO_VERSION = "";

  private final float[][] h;
  private final float[][] c;
  private String version = NO_VERSION;

  public HiddenState(ForecasterConfig config) {
    h = new float[layers(config)][config.cell().hidden()];
    c = new float[layers(config)][config.cell().hidden()];
  }

  private static int layers(ForecasterConfig config) {
    return config.cell().kind() == CellConfig.Kind.NONE ? 0 : config.cell().layers();
  }

  /** Without the name of the version. */
  public static int bytes(ForecasterConfig config) {
    return 2 * Float.BYTES * layers(config) * config.cell().hidden();
  }

  /** Hidden state per layer, {@code [layers][hidden]}. */
  public float[][] h() {
    return h;
  }

  /** Cell state per layer, {@code [layers][hidden]}. */
  public float[][] c() {
    return c;
  }

  public String version() {
    return version;
  }

  /** Zero, for the weights of {@code version}. */
  public void reset(String version) {
    this.version = version;
    clear(h);
    clear(c);
  }

  /** No longer that of any weights. */
  public void invalidate() {
    reset(NO_VERSION);
  }

  static void clear(float[][] layers) {
    for (float[] layer : layers) {
      Arrays.fill(layer, 0);
    }
  }

  public void set(HiddenState other) {
    version = other.version;
    for (int layer = 0; layer < h.length; layer++) {
      System.arraycopy(other.h[layer], 0, h[layer], 0, h[layer].length);
      System.arraycopy(other.c[layer], 0, c[layer], 0, c[layer].length);
    }
  }

  public void write(DataOutput out) throws IOException {
    out.writeUTF(version);
    for (int layer = 0; layer < h.length; layer++) {
      LittleEndian.write(out, h[layer]);
      LittleEndian.write(out, c[layer]);
    }
  }

  public void read(DataInput in) throws IOException {
    version = in.readUTF();
    for (int layer = 0; layer < h.length; layer++) {
      LittleEndian.read(in, h[layer]);
      LittleEndian.read(in, c[layer]);
    }
  }
}
