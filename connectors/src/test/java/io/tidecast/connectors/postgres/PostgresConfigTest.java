package io.tidecast.connectors.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
