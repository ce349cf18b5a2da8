package io.tidecast.connectors.postgres;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * A database that does not answer now and may do so later, other than one that refuses: a password,
 * a name, a certificate are as wrong in a minute.
 */
public final class Outage {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration BETWEEN_WORDS = Duration.ofMinutes(1);

  /** Shutting down, crashed, starting up, too many connections; the connection has gone. */
  private static final Set<String> OF_THE_SERVER =
      Set.of("57P01", "57P02", "57P03", "53300", "08003");

  /**
   * What PgBouncer refuses. It says all else in the same state: that its server cannot be reached,
   * does not log it in now, or is asked for by too many.
   */
  private static final Pattern OF_A_POOLER =
      Pattern.compile("no such (user|database)|auth|config", Pattern.CASE_INSENSITIVE);

  /**
   * What a server says to the slower of two that make or alter one role at the same time, from
   * databases of their own that have no lock in common.
   */
  private static final List<String> RACES =
      List.of(
          "tuple concurrently updated", "role \"" + PostgresConfig.READER + "\" does not exist");

  private static final int MAX_RACES = 10;

  private Outage() {}

  /** What is done with a database; done again if it was cut short. */
  @FunctionalInterface
  interface Work {
    void run() throws SQLException;
  }

  /** Whether it is one that is behind a failure. */
  public static boolean isBehind(Throwable failure) {
    List<Throwable> chain = chain(failure);
    return chain.stream()
        .filter(SQLException.class::isInstance)
        .findFirst()
        .map(e -> isTransient((SQLException) e, chain(e)))
        .orElse(false);
  }

  private static boolean isTransient(SQLException e, List<Throwable> chain) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    return OF_THE_SERVER.contains(state)
        || state.equals("08P01") && !OF_A_POOLER.matcher(message(e)).find()
        || state.startsWith("08")
            && chain.stream().anyMatch(Outage::isOfTheNetwork)
            && chain.stream().noneMatch(SSLException.class::isInstance);
  }

  private static boolean isOfTheNetwork(Throwable e) {
    return e instanceof SocketException
        || e instanceof SocketTimeoutException
        || e instanceof UnknownHostException
        || e instanceof EOFException;
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable e = failure; e != null; e = e.getCause()) {
      chain.add(e);
    }
    return chain;
  }

  private static boolean isRace(Throwable failure) {
    return RACES.stream().anyMatch(reason(failure)::contains);
  }

  /** What the driver and what is behind it say of a failure, in one line. */
  public static String reason(Throwable failure) {
    List<Throwable> chain = chain(failure);
    Throwable root = chain.get(chain.size() - 1);
    Throwable told = chain.stream().filter(SQLException.class::isInstance).findFirst().orElse(root);
    boolean isAll =
        told == root || root instanceof SQLException || root instanceof ConnectException;
    String said = isAll ? message(told) : message(told) + " (" + root + ")";
    return said.strip().replaceAll("\\s+", " ");
  }

  private static String message(Throwable e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }

  /**
   * Does work, and as long as the database does not answer does it again, a second later.
   *
   * @param say is told what is waited for and why, at once and once a minute, and when that is over
   * @throws IllegalStateException if the database refuses
   */
  static void outlast(PostgresConfig database, Work work, Consumer<String> say)
      throws InterruptedException {
    long started = System.nanoTime();
    Duration next = Duration.ZERO;
    int races = 0;
    while (true) {
      try {
        work.run();
        break;
      } catch (SQLException | RuntimeException e) {
        if (!isBehind(e) && !(isRace(e) && ++races <= MAX_RACES)) {
          throw new IllegalStateException("cannot use the database " + database, e);
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - started);
        if (waited.compareTo(next) >= 0) {
          String sinceWhen = next.isZero() ? "" : ", for %d s now".formatted(waited.toSeconds());
          say.accept("waiting for the database " + database + sinceWhen + ": " + reason(e));
          next = waited.plus(BETWEEN_WORDS);
        }
      }
      Thread.sleep(PAUSE.toMillis());
    }
    if (!next.isZero()) {
      say.accept("the database " + database + " answers");
    }
  }
}
