package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Forecasts whose targets are still to come, for scoring, as {@link QuantileCode codes}.
 *
 * <p>The leads up to {@value #NEAR} are kept of every origin. The leads beyond are kept of an even
 * sample of origins: one of each {@code horizon / 24} in a row, which one by a hash of their
 * number, so that each lead is scored as often as any other and no hour of the day is left out.
 * That keeps what is stored linear in the horizon.
 *
 * <p>At the {@link LeadKnots knots} the two members of the model are kept beside what was given
 * out, at three levels each, as distances from it.
 *
 * <p>Lead h has a ring of as many places as origins can wait for it. So what the next steps will
 * not write to is known, and is stored apart from the rest: {@link #writeKept} what stays as it is
 * for the next {@value #REACH} steps, {@link #writeLive} the places they may write to.
 */
final class PendingForecasts {
  static final int NEAR = 24;

  /** Levels at which a member is kept at a knot: the median, and one on either side. */
  static final int MEMBER_LEVELS = 3;

  static final int MEMBERS = 2;
  private static final int MEMBER_BYTES = MEMBERS * MEMBER_LEVELS;

  /** Steps for which {@link #writeKept} holds. */
  static final int REACH = 8;

  private static final long NO_ORIGIN = Long.MIN_VALUE;
  private static final int PART_BITS = 2;
  private static final short NO_AGE = Short.MAX_VALUE;

  private final int horizon;
  private final int near;
  private final int stride;
  private final int far;
  private final int cellBytes;
  private final int[] cellPlace;
  private final int[] memberPlace;
  private final byte[] cells;
  private final byte[] members;

  // one place per origin: first those of all origins, then those of the sample
  private final long[] origins;
  private final float[] scale;
  private final byte[] parts;
  private final String[] versions;

  PendingForecasts(ForecasterConfig config) {
    horizon = config.horizon();
    near = Math.min(NEAR, horizon);
    stride = stride(horizon);
    far = horizon > near ? (horizon + stride - 1) / stride + 1 : 0;
    cellBytes = QuantileCode.bytes(config.levels().size());
    cellPlace = new int[horizon + 1];
    memberPlace = new int[horizon + 1];
    LeadKnots knots = LeadKnots.of(config);
    for (int h = 0; h < horizon; h++) {
      cellPlace[h + 1] = cellPlace[h] + places(h + 1);
      memberPlace[h + 1] = memberPlace[h] + (knots.isKnot(h) ? places(h + 1) : 0);
    }
    cells = new byte[cellPlace[horizon] * cellBytes];
    members = new byte[memberPlace[horizon] * MEMBER_BYTES];
    origins = new long[near + far];
    scale = new float[near + far];
    parts = new byte[near + far];
    versions = new String[near + far];
    clear();
  }

  private PendingForecasts(PendingForecasts other) {
    horizon = other.horizon;
    near = other.near;
    stride = other.stride;
    far = other.far;
    cellBytes = other.cellBytes;
    cellPlace = other.cellPlace;
    memberPlace = other.memberPlace;
    cells = other.cells.clone();
    members = other.members.clone();
    origins = other.origins.clone();
    scale = other.scale.clone();
    parts = other.parts.clone();
    versions = other.versions.clone();
  }

  /** One of its own with the same content. */
  PendingForecasts copy() {
    return new PendingForecasts(this);
  }

  /** Of so many origins in a row, one is kept with all its leads. */
  static int stride(int horizon) {
    return (horizon + NEAR - 1) / NEAR;
  }

  /** How many origins can wait for a lead. */
  private int places(int lead) {
    return lead <= near ? lead : (lead + stride - 1) / stride + 1;
  }

  /** Without the names of the versions. */
  static int bytes(ForecasterConfig config) {
    PendingForecasts empty = new PendingForecasts(config);
    int perOrigin = Float.BYTES + Short.BYTES + 1;
    int rest = Long.BYTES + 1 + empty.origins.length * perOrigin;
    return empty.cells.length + empty.members.length + rest;
  }

  /** Forgets all. */
  void clear() {
    Arrays.fill(origins, NO_ORIGIN);
    Arrays.fill(versions, "");
  }

  /** What the members said is held against none any more; what was given out stays. */
  void forgetMembers() {
    Arrays.fill(parts, (byte) 0);
  }

  /** Whether the leads beyond {@value #NEAR} of this origin are kept as well. */
  boolean sampled(long origin) {
    if (far == 0) {
      return false;
    }
    long block = Math.floorDiv(origin, (long) stride);
    return Math.floorMod(origin, (long) stride) == Math.floorMod(scrambled(block), (long) stride);
  }

  /** Finalizer of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long scrambled(long block) {
    long z = (block + 0x9e3779b97f4a7c15L) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return (z ^ (z >>> 31)) >>> 1;
  }

  private long sequence(long origin, int lead) {
    return lead <= near ? origin : Math.floorDiv(origin, (long) stride);
  }

  private int place(long origin, int lead) {
    return modulo(sequence(origin, lead), places(lead));
  }

  /** A division of ints takes half the time. */
  private static int modulo(long number, int divisor) {
    int small = (int) number;
    return small == number && small >= 0 ? small % divisor : Math.floorMod(number, divisor);
  }

  private int slot(long origin, int lead) {
    return lead <= near
        ? modulo(origin, near)
        : near + modulo(Math.floorDiv(origin, (long) stride), far);
  }

  /** Keeps what was forecast at {@code origin}. */
  void put(long origin, float last, float originScale, ExpertForecasts made, QuantileCode code) {
    open(slot(origin, 1), origin, originScale, made);
    put(origin, last, originScale, made, code, 1, near);
    if (sampled(origin)) {
      open(slot(origin, near + 1), origin, originScale, made);
      put(origin, last, originScale, made, code, near + 1, horizon);
    }
  }

  private void open(int slot, long origin, float originScale, ExpertForecasts made) {
    origins[slot] = origin;
    scale[slot] = originScale;
    versions[slot] = made.version();
    parts[slot] = (byte) ((made.has(0) ? 1 : 0) | (made.has(1) ? 2 : 0));
  }

  private void put(
      long origin,
      float last,
      float originScale,
      ExpertForecasts made,
      QuantileCode code,
      int from,
      int to) {
    int levels = cellBytes - 1;
    for (int lead = from; lead <= to; lead++) {
      int place = place(origin, lead);
      int cell = (cellPlace[lead - 1] + place) * cellBytes;
      code.write(made.served(), (lead - 1) * levels, last, originScale, cells, cell);
      if (memberPlace[lead] > memberPlace[lead - 1]) {
        int at = (memberPlace[lead - 1] + place) * MEMBER_BYTES;
        made.memberDistances(lead - 1, members, at);
      }
    }
  }

  /** Number of places that may hold an origin; see {@link #origin}. */
  int slots() {
    return near + far;
  }

  /**
   * Lead of the forecast in a place for the step {@code target}; 0 if it holds none that is to be
   * scored.
   */
  int lead(int slot, long target) {
    if (origins[slot] == NO_ORIGIN) {
      return 0;
    }
    long lead = target - origins[slot];
    boolean waits = slot < near ? lead <= near : lead > near && lead <= horizon;
    return waits ? (int) lead : 0;
  }

  /** The running scale at the origin. */
  float scale(int slot) {
    return scale[slot];
  }

  /** Whether member 0 or 1 of the model took part. */
  boolean has(int slot, int member) {
    return (parts[slot] & 1 << member) != 0;
  }

  /** Of the model there was at the origin, also if it took no part. */
  String version(int slot) {
    return versions[slot];
  }

  /** What was given out, transformed. */
  void quantiles(int slot, int lead, float last, QuantileCode code, float[] out) {
    int cell = (cellPlace[lead - 1] + place(origins[slot], lead)) * cellBytes;
    code.read(cells, cell, last, scale[slot], out);
  }

  /**
   * Distances of the members from what was given out at a knot, in units of the scale at the
   * origin.
   *
   * @param out {@code [MEMBERS * MEMBER_LEVELS]}
   */
  void memberDistances(int slot, int lead, float[] out) {
    int at = (memberPlace[lead - 1] + place(origins[slot], lead)) * MEMBER_BYTES;
    for (int i = 0; i < MEMBER_BYTES; i++) {
      out[i] = QuantileCode.signed(members[at + i]);
    }
  }

  /** Takes part of the places of a lead. */
  @FunctionalInterface
  private interface Places {
    void take(byte[] codes, int from, int length) throws IOException;
  }

  /**
   * The places that the steps after {@code index} may write to, within {@value #REACH}; else all
   * others.
   */
  private void places(long index, boolean mayChange, Places part) throws IOException {
    for (int lead = 1; lead <= horizon; lead++) {
      int all = places(lead);
      long next = sequence(index + 1, lead);
      int changing = (int) Math.min(all, sequence(index + REACH, lead) - next + 1);
      int first = (int) Math.floorMod(mayChange ? next : next + changing, (long) all);
      int count = mayChange ? changing : all - changing;
      ring(cells, cellPlace[lead - 1], all, first, count, cellBytes, part);
      if (memberPlace[lead] > memberPlace[lead - 1]) {
        ring(members, memberPlace[lead - 1], all, first, count, MEMBER_BYTES, part);
      }
    }
  }

  private static void ring(
      byte[] codes, int begin, int size, int first, int count, int bytes, Places part)
      throws IOException {
    int untilEnd = Math.min(count, size - first);
    part.take(codes, (begin + first) * bytes, untilEnd * bytes);
    if (count > untilEnd) {
      part.take(codes, begin * bytes, (count - untilEnd) * bytes);
    }
  }

  /** Bytes of {@link #writeKept}. */
  int keptBytes(long index) throws IOException {
    int[] sum = new int[1];
    places(index, false, (codes, from, length) -> sum[0] += length);
    return sum[0];
  }

  /**
   * Writes what no step up to {@value #REACH} after this one changes.
   *
   * @param index of the last step
   */
  void writeKept(long index, DataOutput out) throws IOException {
    places(index, false, out::write);
  }

  /** Reads what {@link #writeKept} wrote. */
  void readKept(long index, DataInput in) throws IOException {
    places(index, false, in::readFully);
  }

  /**
   * Writes the rest.
   *
   * @param index of the last step when {@link #writeKept} was called
   */
  void writeLive(long index, DataOutput out) throws IOException {
    places(index, true, out::write);
    writeOrigins(out);
  }

  /** Reads what {@link #writeLive} wrote. */
  void readLive(long index, DataInput in) throws IOException {
    places(index, true, in::readFully);
    readOrigins(in);
  }

  /** Reads all as a state of format 2 had it. */
  void readFormat2(DataInput in) throws IOException {
    in.readFully(cells);
    in.readFully(members);
    readOrigins(in);
  }

  private void writeOrigins(DataOutput out) throws IOException {
    LittleEndian.write(out, scale);
    long newest = NO_ORIGIN;
    List<String> names = new ArrayList<>();
    for (int slot = 0; slot < origins.length; slot++) {
      newest = Math.max(newest, origins[slot]);
      if (!names.contains(versions[slot])) {
        names.add(versions[slot]);
      }
    }
    out.writeLong(newest);
    out.writeByte(names.size());
    for (String name : names) {
      out.writeUTF(name);
    }
    for (int slot = 0; slot < origins.length; slot++) {
      long age = origins[slot] == NO_ORIGIN ? NO_AGE : Math.min(NO_AGE, newest - origins[slot]);
      out.writeShort((int) age);
      out.writeByte(names.indexOf(versions[slot]) << PART_BITS | parts[slot]);
    }
  }

  private void readOrigins(DataInput in) throws IOException {
    LittleEndian.read(in, scale);
    long newest = in.readLong();
    String[] names = new String[in.readUnsignedByte()];
    for (int i = 0; i < names.length; i++) {
      names[i] = in.readUTF();
    }
    for (int slot = 0; slot < origins.length; slot++) {
      int age = in.readShort();
      origins[slot] = age == NO_AGE ? NO_ORIGIN : newest - age;
      int code = in.readUnsignedByte();
      versions[slot] = names[code >> PART_BITS];
      parts[slot] = (byte) (code & (1 << PART_BITS) - 1);
    }
  }
}
