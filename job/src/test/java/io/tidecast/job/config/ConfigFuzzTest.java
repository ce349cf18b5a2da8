package io.tidecast.job.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a configuration says, it is taken or refused in words, and nothing else escapes. */
class ConfigFuzzTest {
  private static final List<String> VALUES =
      List.of(
          "''",
          "null",
          "-1",
          "0",
          "1e400",
          "NaN",
          "PT0S",
          "-PT1H",
          "P999999999D",
          "[]",
          "{}",
          "[a, a]",
          "{a: b}",
          "true",
          "2147483648",
          "9223372036854775807",
          "${ABSENT}",
          "\"\\u0000\"",
          "1.5",
          "PT1H30M",
          "'a/b'",
          "[[1]]",
          "*alias",
          "!!java.net.URL [http://x]");

  @Property(seed = "1")
  void aKeyOfTheShippedFileWithAnotherValue(
      @ForAll("lines") int line, @ForAll("values") String value) throws IOException {
    String[] lines = weather();
    int chosen = line % lines.length;
    lines[chosen] = lines[chosen].replaceFirst(":.*", ": " + value.replace("$", "\\$"));
    takeOrRefuse(String.join("\n", lines));
  }

  @Property(seed = "1")
  void anyText(@ForAll String text) {
    takeOrRefuse(text);
  }

  @Provide
  Arbitrary<Integer> lines() {
    return Arbitraries.integers().between(0, 10_000);
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.oneOf(
        Arbitraries.of(VALUES), Arbitraries.strings().ofMaxLength(20), numbers());
  }

  private static Arbitrary<String> numbers() {
    return Arbitraries.doubles().map(String::valueOf);
  }

  private static void takeOrRefuse(String yaml) {
    try {
      ConfigFile.parse(yaml, Map.of()).job();
    } catch (IllegalArgumentException refused) {
      if (refused.getMessage() == null || refused.getMessage().isBlank()) {
        throw new AssertionError("refused without a word", refused);
      }
    }
  }

  private static String[] weather() throws IOException {
    try (InputStream yaml = ConfigFile.class.getResourceAsStream("/conf/weather.yaml")) {
      return new String(yaml.readAllBytes(), StandardCharsets.UTF_8).split("\n");
    }
  }
}
