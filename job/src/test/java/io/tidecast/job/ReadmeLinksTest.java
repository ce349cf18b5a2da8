package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What README links to in this repository is there, the tests of its guarantees among them. */
class ReadmeLinksTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");
  private static final Pattern LINK = Pattern.compile("]\\((?!http|#)([^)#]+)");

  @Test
  void everyLinkLeadsToAFile() throws Exception {
    List<String> missing =
        LINK.matcher(Files.readString(ROOT.resolve("README.md")))
            .results()
            .map(link -> link.group(1))
            .filter(link -> !Files.exists(ROOT.resolve(link)))
            .toList();

    assertEquals(List.of(), missing);
  }
}
