package io.tidecast.job.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.file.FileFeed;
import io.tidecast.connectors.file.FileTime;
import io.tidecast.connectors.web.BinanceFeed;
import io.tidecast.connectors.web.OpenMeteoFeed;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of keys in FILES.md are those of the code, in its order. */
class FilesDocumentTest {
  private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""), "FILES.md");
  private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|", Pattern.MULTILINE);

  @Test
  void everyKeyOfAFileIsDocumented() throws IOException {
    List<String> keys = new ArrayList<>(List.of("type"));
    Stream.of(
            FileFeed.class,
            FileFeed.Column.class,
            FileTime.class,
            OpenMeteoFeed.class,
            BinanceFeed.class)
        .flatMap(type -> Arrays.stream(type.getRecordComponents()))
        .map(RecordComponent::getName)
        .forEach(keys::add);

    assertEquals(
        keys, ROW.matcher(Files.readString(DOCUMENT)).results().map(row -> row.group(1)).toList());
  }
}
