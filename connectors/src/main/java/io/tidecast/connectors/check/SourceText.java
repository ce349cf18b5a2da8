package io.tidecast.connectors.check;

import io.tidecast.connectors.file.SourceFiles;
import io.tidecast.connectors.file.TextReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The begin of a file as text; what has to be set to read it goes into the settings.
 *
 * @param feed settings that are added to
 * @param notes for a person, that are added to
 */
record SourceText(Path file, Map<String, Object> feed, List<String> notes) {
  private static final int MAX_CHARACTERS = 32 << 20;
  private static final Charset WINDOWS = Charset.forName("windows-1252");
  private static final List<String> MEMBERS = List.of("*.csv", "*.tsv", "*.json", "*");

  String text() {
    try {
      return decoded(bytes());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          file
              + ": bytes that are neither UTF-8, which a byte order mark may promise, nor text of"
              + " windows-1252; accepted: text in one encoding, or feed.encoding",
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + ": " + e.getMessage() + "; accepted: a whole file that can be read", e);
    }
  }

  private byte[] bytes() throws IOException {
    Path first = SourceFiles.named(file).get(0);
    List<byte[]> contents = new ArrayList<>();
    try {
      SourceFiles.read(first, "", (name, bytes) -> contents.add(some(bytes)));
      return contents.get(0);
    } catch (IllegalArgumentException e) {
      if (contents.isEmpty()) {
        throw e;
      }
      notes.add("the zip has several members; feed.member chooses those that are read");
      return member(first);
    }
  }

  /** Of a zip with several: data before texts that go with it. */
  private byte[] member(Path zip) throws IOException {
    List<byte[]> contents = new ArrayList<>();
    for (String pattern : MEMBERS) {
      try {
        SourceFiles.read(zip, pattern, (name, bytes) -> contents.add(some(bytes)));
        feed.put("member", pattern);
        return contents.get(0);
      } catch (IllegalArgumentException e) {
        if (pattern.equals("*")) {
          throw e;
        }
      }
    }
    throw new IllegalStateException("a star is any name");
  }

  private static byte[] some(InputStream bytes) throws IOException {
    return bytes.readNBytes(MAX_CHARACTERS);
  }

  /** Of what goes on the rows that are whole. */
  private String decoded(byte[] bytes) throws IOException {
    String text = decodedAll(bytes);
    if (bytes.length < MAX_CHARACTERS) {
      return text;
    }
    notes.add("only its first %d MB were looked at".formatted(MAX_CHARACTERS >> 20));
    return WholeRows.of(text);
  }

  private String decodedAll(byte[] bytes) throws IOException {
    Optional<Charset> wide = wide(bytes);
    if (wide.isPresent()) {
      feed.put("encoding", wide.get().name().toLowerCase(Locale.ROOT));
      return decoded(bytes, wide.get());
    }
    try {
      return decoded(bytes, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      feed.put("encoding", WINDOWS.name().toLowerCase(Locale.ROOT));
      return decoded(bytes, WINDOWS);
    }
  }

  /** Of letters that begin or end with a zero, two bytes each and without a mark. */
  private static Optional<Charset> wide(byte[] bytes) {
    if (bytes.length < 4 || (bytes[0] & 0xFE) == 0xFE) {
      return Optional.empty();
    }
    boolean little = bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0;
    boolean big = bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0;
    return little
        ? Optional.of(StandardCharsets.UTF_16LE)
        : big ? Optional.of(StandardCharsets.UTF_16BE) : Optional.empty();
  }

  private static String decoded(byte[] bytes, Charset encoding) throws IOException {
    try (TextReader reader = TextReader.of(new ByteArrayInputStream(bytes), encoding)) {
      StringBuilder text = new StringBuilder();
      char[] buffer = new char[1 << 16];
      for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
        text.append(buffer, 0, read);
      }
      return text.toString();
    }
  }
}
