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
 * nothing to any other weights, and have the shape of those. Without weights there are none.
 */
public final class HiddenState {
  private static final String NO_VERSION = "";
  private static final float[][] NONE = {};

  private float[][] h = NONE;
  private float[][] c = NONE;
  private String version = NO_VERSION;

  /** Of no weights. */
  public HiddenState() {}

  /** Zero, of the shape that is configured. */
  public HiddenState(ForecasterConfig config) {
    begin(NO_VERSION, layers(config), config.cell().hidden());
  }

  private static int layers(ForecasterConfig config) {
    return config.cell().kind() == CellConfig.Kind.NONE ? 0 : config.cell().layers();
  }

  /** Without the name of the version; of the shape that is configured. */
  public static int bytes(ForecasterConfig config) {
    return 1 + Short.BYTES + 2 * Float.BYTES * layers(config) * config.cell().hidden();
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
  void begin(String ofVersion, int layers, int hidden) {
    version = ofVersion;
    shape(layers, hidden);
    clear();
  }

  private void shape(int layers, int hidden) {
    if (h.length != layers || layers > 0 && h[0].length != hidden) {
      h = new float[layers][hidden];
      c = new float[layers][hidden];
    }
  }

  /** Zero, for the same weights. */
  public void clear() {
    clear(h);
    clear(c);
  }

  /** No longer that of any weights. */
  public void invalidate() {
    version = NO_VERSION;
    h = NONE;
    c = NONE;
  }

  static void clear(float[][] layers) {
    for (float[] layer : layers) {
      Arrays.fill(layer, 0);
    }
  }

  public void set(HiddenState other) {
    version = other.version;
    shape(other.h.length, other.width());
    for (int layer = 0; layer < h.length; layer++) {
      System.arraycopy(other.h[layer], 0, h[layer], 0, h[layer].length);
      System.arraycopy(other.c[layer], 0, c[layer], 0, c[layer].length);
    }
  }

  private int width() {
    return h.length == 0 ? 0 : h[0].length;
  }

  public void write(DataOutput out) throws IOException {
    out.writeUTF(version);
    out.writeByte(h.length);
    out.writeShort(width());
    for (int layer = 0; layer < h.length; layer++) {
      LittleEndian.write(out, h[layer]);
      LittleEndian.write(out, c[layer]);
    }
  }

  public void read(DataInput in) throws IOException {
    version = in.readUTF();
    read(in.readByte(), in.readShort(), in);
  }

  /** As it was written when every version was of the shape that is configured. */
  public void readConfigured(DataInput in, ForecasterConfig config) throws IOException {
    version = in.readUTF();
    read(layers(config), config.cell().hidden(), in);
    if (version.isEmpty()) {
      invalidate();
    }
  }

  private void read(int layers, int hidden, DataInput in) throws IOException {
    shape(layers, hidden);
    for (int layer = 0; layer < layers; layer++) {
      LittleEndian.read(in, h[layer]);
      LittleEndian.read(in, c[layer]);
    }
  }
}
