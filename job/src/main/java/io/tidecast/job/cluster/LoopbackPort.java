package io.tidecast.job.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

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
  public static int free(String option, Integer wanted, int usual) throws IOException {
    if (wanted == null) {
      return isFree(usual) ? usual : any();
    }
    if (wanted != 0 && !isFree(wanted)) {
      throw new IllegalArgumentException(
          option + ": " + wanted + " is taken; accepted: a free port, or 0 for any");
    }
    return wanted == 0 ? any() : wanted;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  private static int any() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
