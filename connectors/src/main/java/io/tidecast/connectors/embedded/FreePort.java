package io.tidecast.connectors.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports of the loopback interface for servers that have to be told theirs before they bind it.
 *
 * <p>They lie below those that systems give to outgoing connections and to whoever asks for any
 * (from 32,768 on Linux, from 49,152 elsewhere), so that none is taken between its choice and its
 * use. Safe for many threads.
 */
public final class FreePort {
  private static final int FIRST = 20_000;
  private static final int COUNT = 12_000;

  /** Apart for processes that start one after the other. */
  private static final AtomicInteger NEXT =
      new AtomicInteger((int) (ProcessHandle.current().pid() * 61 % COUNT));

  private FreePort() {}

  /**
   * A port that is free now, another each time it is asked.
   *
   * @throws IllegalStateException if none of some thousands is free
   */
  public static int any() {
    for (int tries = 0; tries < COUNT; tries++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port of " + FIRST + " to " + (FIRST + COUNT) + " is free");
  }

  /** Whether a port is free now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }
}
