package io.tidecast.job;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Passes connections on to another port of this machine, until they are cut. */
final class Relay implements AutoCloseable {
  private final ServerSocket entrance;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean isDown;

  private Relay(ServerSocket entrance, int target) {
    this.entrance = entrance;
    this.target = target;
  }

  static Relay to(int port) throws IOException {
    Relay relay = new Relay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
    start(relay::admit);
    return relay;
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** Resets all connections, whatever is under way in them; new ones come through. */
  void cut() {
    open.forEach(Relay::reset);
  }

  /** Resets all connections, and new ones too until it is up again. */
  void down() {
    isDown = true;
    cut();
  }

  void up() {
    isDown = false;
  }

  private void admit() {
    while (!entrance.isClosed()) {
      try {
        connect(entrance.accept());
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(Socket from) {
    open.add(from);
    try {
      if (isDown) {
        throw new IOException("down");
      }
      Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
      open.add(to);
      to.setTcpNoDelay(true);
      from.setTcpNoDelay(true);
      start(() -> pass(from, to));
      start(() -> pass(to, from));
    } catch (IOException nobodyThere) {
      end(from);
    }
  }

  private void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException cut) {
      // as the other side will see
    }
    end(from);
    end(to);
  }

  private void end(Socket socket) {
    reset(socket);
    open.remove(socket);
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException closed) {
      // by the other direction
    }
  }

  private static void start(Runnable loop) {
    Thread thread = new Thread(loop, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    entrance.close();
    cut();
  }
}
