package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.tidecast.connectors.record.ObservationRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.io.TempDir;

/** Files with any content, and what a mapping, with single quotes, makes of them. */
abstract class MappedFiles {
  static final String ROWS = "'time':{'column':'time'},'stream':'s','values':{'v':'v'}";
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  @TempDir Path directory;

  static List<Double> values(List<ObservationRecord> rows) {
    return rows.stream().map(row -> row.values().get("v")).toList();
  }

  List<ObservationRecord> read(String text, String mapping) {
    return feed(plain(text), mapping).observations();
  }

  String refusal(String text, String mapping) {
    return refusal(plain(text), mapping);
  }

  static String refusal(Path file, String mapping) {
    return assertThrows(IllegalArgumentException.class, () -> feed(file, mapping).observations())
        .getMessage();
  }

  static FileFeed feed(Path file, String mapping) {
    String json = "{'type':'file','file':'%s',%s}".formatted(file, mapping).replace('\'', '"');
    try {
      return JSON.readValue(json, FileFeed.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  Path plain(String text) {
    return encoded(text, StandardCharsets.UTF_8);
  }

  Path encoded(String text, Charset encoding) {
    try {
      return Files.write(directory.resolve("data.csv"), text.getBytes(encoding));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Names and contents by turns. */
  Path zip(String... members) throws IOException {
    Path file = Files.createTempFile(directory, "data", ".zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < members.length; i += 2) {
        out.putNextEntry(new ZipEntry(members[i]));
        out.write(members[i + 1].getBytes(StandardCharsets.UTF_8));
      }
    }
    return file;
  }
}
