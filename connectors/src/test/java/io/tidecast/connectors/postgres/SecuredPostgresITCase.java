package io.tidecast.connectors.postgres;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.Certificates;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that is reached over TLS and has to show who it is. */
class SecuredPostgresITCase {
  @TempDir static Path directory;

  private static EmbeddedPostgres server;
  private static Path right;
  private static Path wrong;

  @BeforeAll
  static void startServer() throws Exception {
    Certificates certificates = new Certificates(directory);
    Path key = certificates.key("database");
    right = certificates.certificate(key);
    wrong = certificates.certificate(certificates.key("another"));
    server =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(directory.resolve("binaries").toFile())
            .setServerConfig("ssl", "on")
            .setServerConfig("ssl_cert_file", right.toString())
            .setServerConfig("ssl_key_file", certificates.privateKey(key).toString())
            .start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @Test
  void theConnectionIsEncryptedAndTheServerVerified() throws Exception {
    try (Connection connection = verifying(right).connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")) {
      assertTrue(row.next());
      assertTrue(row.getBoolean(1));
    }
  }

  @Test
  void aServerThatIsNotTheOneTrustedIsRefused() {
    SQLException refused = assertThrows(SQLException.class, () -> verifying(wrong).connect());

    assertTrue(refused.getMessage().contains("SSL"), refused.getMessage());
    assertFalse(refused.toString().contains("secret"), refused.toString());
    assertFalse(Outage.isBehind(refused), "a certificate is not better in a minute");
  }

  /** The certificate is for 127.0.0.1 alone. */
  @Test
  void aServerOfAnotherNameThanItsCertificateIsRefused() {
    SQLException refused =
        assertThrows(SQLException.class, () -> verifying("localhost", right).connect());

    assertTrue(refused.getMessage().contains("hostname localhost"), refused.getMessage());
    assertFalse(refused.toString().contains("secret"), refused.toString());
    assertFalse(Outage.isBehind(refused), "a certificate is not better in a minute");
  }

  private static PostgresConfig verifying(Path certificate) {
    return verifying("127.0.0.1", certificate);
  }

  private static PostgresConfig verifying(String host, Path certificate) {
    return new PostgresConfig(
        "jdbc:postgresql://"
            + host
            + ":"
            + server.getPort()
            + "/postgres?sslmode=verify-full&sslrootcert="
            + certificate,
        "postgres",
        "secret");
  }
}
