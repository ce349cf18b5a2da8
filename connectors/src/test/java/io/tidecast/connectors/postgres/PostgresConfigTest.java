package io.tidecast.connectors.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class PostgresConfigTest {
  @Test
  void textHasNoPasswordNotEvenThatOfTheUrl() {
    PostgresConfig config =
        new PostgresConfig(
            "jdbc:postgresql://db/t?user=a&password=hunter2&sslpassword=hunter2&ssl=true",
            "tidecast",
            "hunter2");

    assertEquals(
        "tidecast@jdbc:postgresql://db/t?user=a&password=***&sslpassword=***&ssl=true",
        config.toString());
  }

  @Test
  void whoeverConnectsLeavesNothingBehindInTheProcess() {
    PostgresConfig nobody = new PostgresConfig("jdbc:postgresql://127.0.0.1:1/t", "tidecast", "");

    assertThrows(SQLException.class, nobody::connect);

    assertTrue(DriverManager.drivers().noneMatch(org.postgresql.Driver.class::isInstance));
  }
}
