package io.tidecast.job.retrain;

import java.nio.charset.StandardCharsets;

/** Choices that must fall out the same on every machine and in every run. */
final class Hashing {
  private Hashing() {}

  /** A number from the key, evenly spread over [0, 1). */
  static double unit(String key, long seed) {
    return (mix(key, seed) >>> 11) * 0x1.0p-53;
  }

  /** A seed of its own for each key (FNV-1a, then the finaliser of SplitMix64). */
  static long mix(String key, long seed) {
    long hash = 0xcbf29ce484222325L ^ seed;
    for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
    return hash ^ (hash >>> 31);
  }
}
