package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Forecasts whose targets are still to come, for scoring: of the model's mixture and of the
 * seasonal naive all levels, of each member three.
 *
 * <p>Lead h of an origin waits h steps, so lead h has a ring of h places, {@code horizon (horizon +
 * 1) / 2} in all. Place {@code t mod h} holds the forecast for target t until origin t puts its own
 * there. Raw values, in the unit of the target.
 */
final class PendingForecasts {
  private static final int MIXTURE = 1;
  private static final int RECURRENT = 2;
  private static final int HIGHWAY = 4;
  private static final int NAIVE_SERVED = 8;

  private final int horizon;
  private final int levels;
  private final int[] memberLevels;

  private final float[] mixture;
  private final float[] naive;
  private final float[] recurrent;
  private final float[] highway;

  // one place per origin, origin mod horizon
  private final long[] origins;
  private final float[] last;
  private final float[] scale;
  private final byte[] parts;
  private final String[] versions;

  PendingForecasts(ForecasterConfig config) {
    horizon = config.horizon();
    levels = config.levels().size();
    memberLevels = memberLevels(levels);
    int places = places(horizon);
    mixture = new float[places * levels];
    naive = new float[places * levels];
    recurrent = new float[places * memberLevels.length];
    highway = new float[places * memberLevels.length];
    origins = new long[horizon];
    last = new float[horizon];
    scale = new float[horizon];
    parts = new byte[horizon];
    versions = new String[horizon];
    Arrays.fill(origins, Long.MIN_VALUE);
    Arrays.fill(versions, "");
  }

  private static int places(int horizon) {
    return horizon * (horizon + 1) / 2;
  }

  /** Median and one level on either side, which is enough to weigh the members. */
  private static int[] memberLevels(int levels) {
    int outer = (levels - 1) / 4;
    return new int[] {outer, levels / 2, levels - 1 - outer};
  }

  /** Without the names of the versions. */
  static int bytes(ForecasterConfig config) {
    int horizon = config.horizon();
    int perPlace = Float.BYTES * 2 * (config.levels().size() + 3);
    int perOrigin = Long.BYTES + 2 * Float.BYTES + 1 + Short.BYTES;
    return places(horizon) * perPlace + horizon * perOrigin + Short.BYTES;
  }

  /** Level indices at which members are held. */
  int[] memberLevels() {
    return memberLevels;
  }

  /** Index of the place of a target, to be multiplied by the number of levels held. */
  private int place(long target, int lead) {
    return lead * (lead - 1) / 2 + (int) Math.floorMod(target, (long) lead);
  }

  private int originPlace(long origin) {
    return (int) Math.floorMod(origin, (long) horizon);
  }

  /** Keeps what was forecast at {@code origin}. */
  void put(long origin, float lastValue, float originScale, MemberForecasts made) {
    int o = originPlace(origin);
    origins[o] = origin;
    last[o] = lastValue;
    scale[o] = originScale;
    versions[o] = made.version();
    parts[o] =
        (byte)
            ((made.hasModel() ? MIXTURE : 0)
                | (made.hasRecurrent() ? RECURRENT : 0)
                | (made.hasHighway() ? HIGHWAY : 0)
                | (made.naiveServes() ? NAIVE_SERVED : 0));
    for (int lead = 1; lead <= horizon; lead++) {
      int from = (lead - 1) * levels;
      int place = place(origin + lead, lead);
      System.arraycopy(made.naive(), from, naive, place * levels, levels);
      if (made.hasModel()) {
        System.arraycopy(made.mixture(), from, mixture, place * levels, levels);
      }
      if (made.hasRecurrent()) {
        putMember(made.recurrent(), from, recurrent, place);
      }
      if (made.hasHighway()) {
        putMember(made.highway(), from, highway, place);
      }
    }
  }

  private void putMember(float[] quantiles, int from, float[] held, int place) {
    for (int k = 0; k < memberLevels.length; k++) {
      held[place * memberLevels.length + k] = quantiles[from + memberLevels[k]];
    }
  }

  /** Whether a forecast was made at {@code origin}, at most a horizon ago. */
  boolean made(long origin) {
    return origins[originPlace(origin)] == origin;
  }

  private boolean has(long origin, int part) {
    return (parts[originPlace(origin)] & part) != 0;
  }

  boolean hasMixture(long origin) {
    return has(origin, MIXTURE);
  }

  boolean hasBothMembers(long origin) {
    return has(origin, RECURRENT) && has(origin, HIGHWAY);
  }

  boolean naiveServed(long origin) {
    return has(origin, NAIVE_SERVED);
  }

  /** Of the model there was at the origin, also if the seasonal naive served. */
  String version(long origin) {
    return versions[originPlace(origin)];
  }

  /** The last value at the origin, raw. */
  float last(long origin) {
    return last[originPlace(origin)];
  }

  /** The running scale at the origin. */
  float scale(long origin) {
    return scale[originPlace(origin)];
  }

  void mixture(long target, int lead, float[] out) {
    System.arraycopy(mixture, place(target, lead) * levels, out, 0, levels);
  }

  void naive(long target, int lead, float[] out) {
    System.arraycopy(naive, place(target, lead) * levels, out, 0, levels);
  }

  /** Recurrent member at {@link #memberLevels} number k. */
  float recurrent(long target, int lead, int k) {
    return recurrent[place(target, lead) * memberLevels.length + k];
  }

  float highway(long target, int lead, int k) {
    return highway[place(target, lead) * memberLevels.length + k];
  }

  void set(PendingForecasts other) {
    System.arraycopy(other.mixture, 0, mixture, 0, mixture.length);
    System.arraycopy(other.naive, 0, naive, 0, naive.length);
    System.arraycopy(other.recurrent, 0, recurrent, 0, recurrent.length);
    System.arraycopy(other.highway, 0, highway, 0, highway.length);
    System.arraycopy(other.origins, 0, origins, 0, origins.length);
    System.arraycopy(other.last, 0, last, 0, last.length);
    System.arraycopy(other.scale, 0, scale, 0, scale.length);
    System.arraycopy(other.parts, 0, parts, 0, parts.length);
    System.arraycopy(other.versions, 0, versions, 0, versions.length);
  }

  void write(DataOutput out) throws IOException {
    LittleEndian.write(out, mixture);
    LittleEndian.write(out, naive);
    LittleEndian.write(out, recurrent);
    LittleEndian.write(out, highway);
    LittleEndian.write(out, last);
    LittleEndian.write(out, scale);
    out.write(parts);
    List<String> names = new ArrayList<>(new LinkedHashSet<>(Arrays.asList(versions)));
    out.writeShort(names.size());
    for (String name : names) {
      out.writeUTF(name);
    }
    for (int o = 0; o < horizon; o++) {
      out.writeLong(origins[o]);
      out.writeShort(names.indexOf(versions[o]));
    }
  }

  void read(DataInput in) throws IOException {
    LittleEndian.read(in, mixture);
    LittleEndian.read(in, naive);
    LittleEndian.read(in, recurrent);
    LittleEndian.read(in, highway);
    LittleEndian.read(in, last);
    LittleEndian.read(in, scale);
    in.readFully(parts);
    String[] names = new String[in.readUnsignedShort()];
    for (int i = 0; i < names.length; i++) {
      names[i] = in.readUTF();
    }
    for (int o = 0; o < horizon; o++) {
      origins[o] = in.readLong();
      versions[o] = names[in.readUnsignedShort()];
    }
  }
}
