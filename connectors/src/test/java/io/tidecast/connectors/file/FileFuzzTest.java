package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ObservationRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a file holds, its rows are finite observations or it is refused in words. */
class FileFuzzTest {
  private static final String ROWS =
      "time,s,v\n2025-01-01T00:00:00Z,a,1\n2025-01-01T01:00:00Z,a,\"2\"\n2025-01-01T02:00:00Z,b,\n";
  private static Path file;

  @BeforeContainer
  static void make() throws IOException {
    file = Files.createTempFile("fuzz", ".csv");
  }

  @AfterContainer
  static void delete() throws IOException {
    Files.delete(file);
  }

  @Property(seed = "1")
  void anyBytes(@ForAll byte[] bytes) throws IOException {
    readOrRefuse(bytes);
  }

  @Property(seed = "1")
  void bytesBehindTheFirstOfACompressedFile(
      @ForAll @IntRange(max = 2) int kind, @ForAll byte[] bytes) throws IOException {
    byte[] magic =
        new byte[][] {{0x1f, (byte) 0x8b, 8, 0}, {'P', 'K', 3, 4}, {'P', 'A', 'R', '1'}}[kind];
    byte[] all = new byte[magic.length + bytes.length];
    System.arraycopy(magic, 0, all, 0, magic.length);
    System.arraycopy(bytes, 0, all, magic.length, bytes.length);
    readOrRefuse(all);
  }

  @Property(seed = "1")
  void rowsWithSomethingElseWritten(
      @ForAll @IntRange(max = 99) int percent, @ForAll("pieces") String other) throws IOException {
    int at = percent * ROWS.length() / 100;
    String damaged =
        ROWS.substring(0, at) + other + ROWS.substring(Math.min(ROWS.length(), at + 3));
    readOrRefuse(damaged.getBytes(StandardCharsets.UTF_8));
  }

  @Provide
  Arbitrary<String> pieces() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(20),
        Arbitraries.of(
            "\"",
            "\"\"",
            "\n\n",
            "\r",
            ",,,",
            "1e400",
            "NaN",
            "-0",
            "\u0000",
            "\ufeff",
            "١٢",
            "9999-12-31T23:59:59Z",
            "+1000000000-01-01T00:00:00Z",
            ";",
            "\t",
            "{\"v\":1}"));
  }

  private static void readOrRefuse(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    try {
      for (ObservationRecord row : MappedFiles.feed(file, MappedFiles.ROWS).observations()) {
        row.values().values().forEach(v -> assertTrue(Double.isFinite(v), row::toString));
      }
    } catch (IllegalArgumentException refused) {
      assertTrue(refused.getMessage() != null && !refused.getMessage().isBlank(), "without a word");
    }
  }
}
