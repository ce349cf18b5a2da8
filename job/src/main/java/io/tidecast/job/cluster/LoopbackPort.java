package io.tidecast.job.cluster;

import io.tidecast.connectors.embedded.FreePort;

/** Ports of this machine that a server of the demo may take. */
public final class LoopbackPort {
  private LoopbackPort() {}

  /**
   * A port that is free now.
   *
   * @param option by which the port is asked for
   * @param wanted what was asked for, 0 for any; null if nothing was
   * @param usual taken if nothing was asked for, and any other where it is not free
   * @throws IllegalArgumentException if the port asked for is not free
   */
  public static int free(String option, Integer wanted, int usual) {
    if (wanted == null) {
      return FreePort.isFree(usual) ? usual : FreePort.any();
    }
    if (wanted != 0 && !FreePort.isFree(wanted)) {
      throw new IllegalArgumentException(
          option + ": " + wanted + " is taken; accepted: a free port, or 0 for any");
    }
    return wanted == 0 ? FreePort.any() : wanted;
  }
}
