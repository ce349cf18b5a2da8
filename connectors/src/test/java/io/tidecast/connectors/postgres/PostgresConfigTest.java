package io.tidecast.connectors.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.SQLException;
import org.apache.flink.util.ChildFirstClassLoader;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

class PostgresConfigTest {
  private static final String DRIVER = Driver.class.getName();

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
  void aJobLeavesNoDriverBehindInTheProcess() throws Exception {
    try (URLClassLoader job =
        new ChildFirstClassLoader(
            ownJars(), getClass().getClassLoader(), new String[] {"java."}, e -> {})) {
      Class<?> config = job.loadClass(PostgresConfig.class.getName());
      Object nobody =
          config
              .getConstructor(String.class, String.class, String.class)
              .newInstance("jdbc:postgresql://127.0.0.1:1/t", "tidecast", "");

      assertThrows(
          InvocationTargetException.class, () -> config.getMethod("connect").invoke(nobody));

      assertEquals(job, config.getClassLoader());
      assertEquals(false, job.loadClass(DRIVER).getMethod("isRegistered").invoke(null));
    }
  }

  /** Others in the same process, such as a pool of connections, find it. */
  @Test
  void elsewhereTheDriverStaysKnown() {
    PostgresConfig nobody = new PostgresConfig("jdbc:postgresql://127.0.0.1:1/t", "tidecast", "");

    assertThrows(SQLException.class, nobody::connect);

    assertTrue(Driver.isRegistered());
  }

  private static URL[] ownJars() {
    return new URL[] {
      PostgresConfig.class.getProtectionDomain().getCodeSource().getLocation(),
      Driver.class.getProtectionDomain().getCodeSource().getLocation()
    };
  }
}
