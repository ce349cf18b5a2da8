package io.tidecast.connectors.web;

import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.feed.LiveFeed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The sending side of a web socket (RFC 6455), one client at a time. */
final class LocalStream implements AutoCloseable {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final ServerSocket server;
  private final BlockingQueue<Socket> clients = new LinkedBlockingQueue<>();
  private final AtomicInteger opened = new AtomicInteger();
  private volatile String asked = "";
  private Socket client;

  LocalStream() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread accepting = new Thread(this::accept, "stream");
    accepting.setDaemon(true);
    accepting.start();
  }

  URI address() {
    return URI.create("ws://127.0.0.1:" + server.getLocalPort());
  }

  int opened() {
    return opened.get();
  }

  /** What the last client asked for. */
  String asked() {
    return asked;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        shakeHands(socket);
        opened.incrementAndGet();
        clients.add(socket);
      }
    } catch (IOException | GeneralSecurityException e) {
      // closed
    }
  }

  private void shakeHands(Socket socket) throws IOException, GeneralSecurityException {
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    String key = "";
    for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
      if (line.startsWith("GET ")) {
        asked = line.split(" ")[1];
      }
      if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:")) {
        key = line.substring(line.indexOf(':') + 1).strip();
      }
    }
    byte[] hash =
        MessageDigest.getInstance("SHA-1")
            .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
    socket
        .getOutputStream()
        .write(
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: "
                    + Base64.getEncoder().encodeToString(hash)
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends a message once the feed, which has nothing to say before, has opened the stream. */
  void send(LiveFeed.Rows feed, String message) throws IOException {
    await(feed);
    send(message);
  }

  /** The same, of a feed that somebody else asks for its rows. */
  void sendNext(String message) throws IOException, InterruptedException {
    client = clients.poll(1, TimeUnit.MINUTES);
    send(message);
  }

  private void send(String message) throws IOException {
    byte[] text = message.getBytes(StandardCharsets.UTF_8);
    OutputStream out = client.getOutputStream();
    // in two frames, as long messages come
    frame(out, 0x01, text, 0, text.length / 2);
    frame(out, 0x80, text, text.length / 2, text.length);
    out.flush();
  }

  private static void frame(OutputStream out, int head, byte[] text, int from, int to)
      throws IOException {
    int length = to - from;
    out.write(head);
    if (length < 126) {
      out.write(length);
    } else {
      out.write(126);
      out.write(length >> 8);
      out.write(length & 0xff);
    }
    out.write(text, from, length);
  }

  /** Ends the connection without a word. */
  void cut(LiveFeed.Rows feed) throws IOException {
    await(feed);
    client.close();
  }

  /** What is sent next goes to whoever opens the stream next. */
  void forget() {
    client = null;
  }

  private void await(LiveFeed.Rows feed) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (client == null || client.isClosed() || !clients.isEmpty()) {
      if (!clients.isEmpty()) {
        client = clients.poll();
      } else if (System.nanoTime() > deadline) {
        throw new AssertionError("the stream was not opened");
      } else {
        FeedRow row = feed.poll(Duration.ofMillis(20));
        if (row != null) {
          throw new AssertionError("a row that nobody expects: " + row);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    if (client != null) {
      client.close();
    }
  }
}
