package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a document links to is there: tests of guarantees, other documents, their sections. */
class DocumentLinksTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");
  private static final Pattern LINK = Pattern.compile("]\\((?!http)([^)#]*)#?([^)]*)\\)");

  static List<Path> documents() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT, 2)) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("documents")
  void everyLinkLeadsSomewhere(Path document) throws Exception {
    List<String> broken =
        LINK.matcher(Files.readString(document))
            .results()
            .filter(link -> !leads(document, link.group(1), link.group(2)))
            .map(link -> link.group())
            .toList();

    assertEquals(List.of(), broken);
  }

  private static boolean leads(Path document, String file, String section) {
    Path target = file.isEmpty() ? document : document.resolveSibling(file);
    return Files.exists(target) && (section.isEmpty() || sections(target).contains(section));
  }

  /** Names of the headings, as they stand in an address. */
  private static List<String> sections(Path document) {
    try {
      return Files.readString(document)
          .lines()
          .filter(line -> line.startsWith("#"))
          .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
          .map(heading -> heading.replaceAll("[^\\p{Alnum} -]", "").replace(' ', '-'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
