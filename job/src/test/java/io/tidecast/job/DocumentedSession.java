package io.tidecast.job;

import io.tidecast.job.cli.Tidecast;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Commands and what they say, as a document has them, and as they say it now. Hashes and fractions
 * may be others on another processor.
 */
final class DocumentedSession {
  private static final Pattern VERSION = Pattern.compile("value-\\d+-[0-9a-f]{8}");

  private final Map<String, String> documented = new LinkedHashMap<>();
  private final Path directory;
  private Map<String, String> versions = Map.of();

  /**
   * Of the first block of a document that begins with a command.
   *
   * @param directory in which the commands find their files
   */
  DocumentedSession(Path document, Path directory) throws IOException {
    this.directory = directory;
    String block = Files.readString(document).split("```text\n\\$ ")[1].split("```")[0];
    for (String part : block.split("\n\n\\$ ")) {
      String[] lines = part.split("\n", 2);
      documented.put(lines[0].replaceFirst(" +#.*", ""), lines[1].stripTrailing());
    }
  }

  /** Runs them in order: what is documented of each, and what it says, in the same words. */
  List<Map.Entry<String, String>> run() throws Exception {
    List<Map.Entry<String, String>> compared = new ArrayList<>();
    for (Map.Entry<String, String> one : documented.entrySet()) {
      String said = said(one.getKey());
      if (versions.isEmpty()) {
        versions = aligned(one.getValue(), said);
      }
      String expected = alike(inWords(one.getValue()));
      String found = alike(said);
      boolean isPart = Arrays.asList(found.split("\n")).contains(expected);
      compared.add(Map.entry(expected, isPart ? expected : found));
    }
    return compared;
  }

  private String said(String command) throws Exception {
    String[] words = inWords(command).split(" ");
    List<String> arguments = new ArrayList<>();
    for (int i = 1; i < words.length; i++) {
      boolean isFile = words[i - 1].matches("--config|--out") || words[i].contains("/");
      arguments.add(isFile ? directory.resolve(words[i]).toString() : words[i]);
    }
    return said(arguments).replace(directory + "/", "").stripTrailing();
  }

  /** What a command of {@code tidecast} says. */
  static String said(List<String> arguments) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      Tidecast.main(arguments.toArray(String[]::new));
    } finally {
      System.setOut(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  private static Map<String, String> aligned(String documented, String said) {
    List<String> from = VERSION.matcher(documented).results().map(MatchResult::group).toList();
    List<String> to = VERSION.matcher(said).results().map(MatchResult::group).toList();
    Map<String, String> aligned = new LinkedHashMap<>();
    for (int i = 0; i < Math.min(from.size(), to.size()); i++) {
      aligned.put(from.get(i), to.get(i));
    }
    return aligned;
  }

  private String inWords(String text) {
    return VERSION
        .matcher(text)
        .replaceAll(match -> versions.getOrDefault(match.group(), match.group()));
  }

  private static String alike(String text) {
    return text.replaceAll("\\d+\\.\\d+", "0.0").replaceAll("\\d+ bytes", "0 bytes");
  }
}
