package io.tidecast.connectors.file;

import static io.tidecast.connectors.record.Require.that;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The plain contents behind a path: of one file, of all that a pattern or a folder names, in order
 * of their names; unzipped, by what the bytes say and not by the name.
 */
public final class SourceFiles {
  private static final int MAGIC = 6;
  private static final Map<String, String> OTHERS =
      Map.of(
          "28b52ffd",
          "zstd",
          "425a68",
          "bzip2",
          "fd377a585a00",
          "xz",
          "04224d18",
          "lz4",
          "50415231",
          "a Parquet file",
          "d0cf11e0a1b1",
          "an old Excel workbook");

  /** First members of what spreadsheets keep their sheets in. */
  private static final Set<String> WORKBOOK =
      Set.of("[Content_Types].xml", "xl/workbook.xml", "mimetype", "content.xml");

  private SourceFiles() {}

  /** Told each content with its name. */
  @FunctionalInterface
  public interface Reader {
    void read(String name, InputStream bytes) throws IOException;
  }

  /**
   * Files that a path names, at least one.
   *
   * @param file a file, a folder, or a pattern such as {@code data/*.csv}
   */
  public static List<Path> named(Path file) {
    try {
      if (Files.isRegularFile(file)) {
        return List.of(file);
      }
      List<Path> files = Files.isDirectory(file) ? in(file, "*") : matching(file);
      that(
          !files.isEmpty(), "feed.file", file, "a file, a folder with files, or a pattern of them");
      return files;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "feed.file: " + file + "; accepted: a file that can be read (" + e + ")", e);
    }
  }

  private static List<Path> matching(Path pattern) throws IOException {
    Path folder = pattern.toAbsolutePath().getParent();
    return Files.isDirectory(folder) ? in(folder, pattern.getFileName().toString()) : List.of();
  }

  private static List<Path> in(Path folder, String pattern) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry) && !entry.getFileName().toString().startsWith(".")) {
          files.add(entry);
        }
      }
    }
    Collections.sort(files);
    return files;
  }

  /**
   * Reads one file.
   *
   * @param member pattern of the names of a zip's members to read; empty: the only one
   * @throws IOException if it cannot be read to its end
   */
  public static void read(Path file, String member, Reader reader) throws IOException {
    try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
      read(file.getFileName().toString(), bytes, member, reader);
    }
  }

  private static void read(String name, InputStream bytes, String member, Reader reader)
      throws IOException {
    byte[] begin = peek(bytes);
    if (startsWith(begin, 0x1f, 0x8b)) {
      try (InputStream plain = new BufferedInputStream(new GZIPInputStream(bytes))) {
        read(name, plain, member, reader);
      }
    } else if (startsWith(begin, 'P', 'K', 3, 4)) {
      readZip(name, bytes, member, reader);
    } else {
      refuseOthers(name, begin);
      reader.read(name, bytes);
    }
  }

  private static byte[] peek(InputStream bytes) throws IOException {
    bytes.mark(MAGIC);
    byte[] begin = bytes.readNBytes(MAGIC);
    bytes.reset();
    return begin;
  }

  private static boolean startsWith(byte[] begin, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= begin.length || (begin[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static void refuseOthers(String name, byte[] begin) {
    StringBuilder hex = new StringBuilder();
    for (byte b : begin) {
      hex.append(String.format("%02x", b));
    }
    OTHERS.forEach(
        (magic, kind) ->
            that(
                !hex.toString().startsWith(magic),
                "feed.file",
                name + " (" + kind + ")",
                "CSV or JSON, plain, gzip or zip"));
  }

  private static void readZip(String name, InputStream bytes, String member, Reader reader)
      throws IOException {
    // not closed, as the file's own stream is
    ZipInputStream zip = new ZipInputStream(bytes);
    PathMatcher wanted =
        FileSystems.getDefault().getPathMatcher("glob:" + (member.isEmpty() ? "**" : member));
    List<String> members = new ArrayList<>();
    List<String> read = new ArrayList<>();
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      Path path = Path.of(entry.getName());
      refuseWorkbook(name, entry.getName());
      if (entry.isDirectory() || isHidden(path)) {
        continue;
      }
      members.add(entry.getName());
      boolean only = member.isEmpty();
      if (wanted.matches(path) || wanted.matches(path.getFileName())) {
        that(!only || read.isEmpty(), "feed.file", name + " with " + members, oneMember());
        read.add(entry.getName());
        read(name + "/" + entry.getName(), new BufferedInputStream(open(zip)), "", reader);
      }
    }
    that(!read.isEmpty(), "feed.member", "'" + member + "'", "one of " + members + " in " + name);
  }

  private static String oneMember() {
    return "a zip with one member, or feed.member with a pattern of names";
  }

  private static void refuseWorkbook(String name, String entry) {
    that(!WORKBOOK.contains(entry), "feed.file", name + " (a workbook)", "the sheet saved as CSV");
  }

  /** What some systems add. */
  private static boolean isHidden(Path path) {
    return path.startsWith("__MACOSX") || path.getFileName().toString().startsWith(".");
  }

  private static InputStream open(ZipInputStream zip) {
    return new FilterInputStream(zip) {
      @Override
      public void close() {
        // the next member follows in the same stream
      }
    };
  }

  /** The name without folder and extensions: a stream's, where files are streams. */
  public static String stem(String name) {
    String last = Arrays.asList(name.split("/")).get(name.split("/").length - 1);
    int dot = last.indexOf('.', 1);
    return dot < 0 ? last : last.substring(0, dot);
  }
}
