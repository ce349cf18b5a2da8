package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/tidecast} of the distribution, by the shell. */
@DisabledOnOs(OS.WINDOWS)
class StartScriptTest {
  private static final Path DIST = Path.of(System.getProperty("basedir", ""), "src/main/dist");

  @TempDir Path directory;

  private Path home;

  @BeforeEach
  void distribute() throws IOException {
    home = directory.resolve("a folder");
    Files.createDirectories(home.resolve("bin"));
    Files.createDirectories(home.resolve("lib"));
    Files.createDirectories(home.resolve("conf"));
    Files.copy(DIST.resolve("bin/tidecast"), home.resolve("bin/tidecast"));
    Files.copy(DIST.resolve("conf/log4j2.properties"), home.resolve("conf/log4j2.properties"));
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath());
    new JarOutputStream(Files.newOutputStream(home.resolve("lib/all.jar")), manifest).close();
  }

  private static String classPath() {
    String[] parts = System.getProperty("java.class.path").split(File.pathSeparator);
    return Arrays.stream(parts)
        .map(part -> Path.of(part).toUri().toString())
        .collect(Collectors.joining(" "));
  }

  /** As cron and containers start it. */
  @Test
  void namesThatAreNotAsciiAreReadAndWrittenWithoutALocale() throws Exception {
    String rows =
        "printf 'time,stream,power\\n2026-01-01T00:00:00Z,p\\303\\274mp,1\\n"
            + "2026-01-01T01:00:00Z,p\\303\\274mp,2\\n' > \"$(printf 'ma\\303\\237.csv')\"; ";

    String said = said(rows + "bash 'a folder/bin/tidecast' feed --check ma*.csv; echo code $?");

    assertTrue(said.contains("code 0"), said);
    assertTrue(said.contains("p\u00fcmp"), said);
    assertTrue(said.contains("file: ma\u00df.csv"), said);
  }

  private String said(String command) throws Exception {
    ProcessBuilder shell = new ProcessBuilder("bash", "-c", command);
    shell.environment().remove("LC_ALL");
    shell.environment().put("LANG", "C");
    Process process = shell.directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
