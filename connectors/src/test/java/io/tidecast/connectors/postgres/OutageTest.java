package io.tidecast.connectors.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

class OutageTest {
  /** As PgBouncer words them, all in one state, which is that of a violated protocol. */
  @ParameterizedTest
  @CsvSource({
    "pgbouncer cannot connect to server, true",
    "'server login has been failing, cached error: connect failed (server_login_retry)', true",
    "query_wait_timeout, true",
    "no more connections allowed (max_client_conn), true",
    "no such database: kept, false",
    "no such user: keeper, false",
    "SASL authentication failed, false",
    "password authentication failed for user keeper, false"
  })
  void whatIsBehindAPoolerIsWaitedForAndWhatItRefusesIsNot(String message, boolean isOutage) {
    PSQLException failure =
        new PSQLException(
            new ServerErrorMessage("SFATAL\0VFATAL\0C08P01\0M%s\0\0".formatted(message)));

    assertEquals(isOutage, Outage.isBehind(new IllegalStateException(failure)));
  }
}
