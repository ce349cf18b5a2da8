package io.tidecast.connectors.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortTest {

  /** Linux gives outgoing connections, and whoever asks for any port, one from 32,768 on. */
  @Test
  void isAnotherEachTimeAndNoneThatOthersAreGivenByChance() {
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      ports.add(FreePort.any());
    }
    assertEquals(500, ports.size());
    assertTrue(ports.stream().allMatch(port -> port >= 20_000 && port < 32_768), ports.toString());
  }

  @Test
  void isNoneThatIsHeld() throws Exception {
    int next = FreePort.any() + 1;
    try (ServerSocket held = new ServerSocket(next, 1, InetAddress.getLoopbackAddress())) {
      assertFalse(FreePort.isFree(held.getLocalPort()));
      assertNotEquals(next, FreePort.any());
    }
  }
}
