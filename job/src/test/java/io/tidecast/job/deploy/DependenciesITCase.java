package io.tidecast.job.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of libraries, with their versions, is that of the distribution which was built. */
class DependenciesITCase {
  private static final Path MODULE = Path.of(System.getProperty("basedir", ""));
  private static final Pattern LIBRARY =
      Pattern.compile("`([\\w.]+(?:-[\\w.]+)*-[\\w.]*\\d[\\w.-]*)`");
  private static final Pattern PLATFORM = Pattern.compile("-(linux|darwin|macosx|windows)-\\w+");

  @Test
  void everyLibraryIsListedWithItsVersionAndNoOther() throws Exception {
    Path lib = MODULE.resolve("target/tidecast/lib");
    assumeTrue(Files.isDirectory(lib), "without a distribution: mvn package makes it");
    String document = Files.readString(MODULE.resolve("../deploy/DEPENDENCIES.md"));
    int holes = document.indexOf("\n## Known holes");
    Set<String> listed = libraries(document.substring(0, holes));

    Set<String> there;
    try (Stream<Path> jars = Files.list(lib)) {
      there =
          jars.map(jar -> jar.getFileName().toString())
              .filter(jar -> !jar.startsWith("tidecast-"))
              .map(jar -> PLATFORM.matcher(jar.replaceFirst("\\.jar$", "")).replaceAll(""))
              .collect(Collectors.toCollection(TreeSet::new));
    }

    assertEquals(there, listed);
    Set<String> argued = libraries(document.substring(holes));
    assertTrue(there.containsAll(argued), "what is argued for is still there: " + argued);
  }

  private static Set<String> libraries(String text) {
    return LIBRARY
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
