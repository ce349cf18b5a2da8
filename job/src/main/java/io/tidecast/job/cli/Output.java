package io.tidecast.job.cli;

import static io.tidecast.model.Checks.that;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where results go, looked at before the work that may take hours to give them. */
final class Output {
  private Output() {}

  /**
   * Creates the directories that a file stands in.
   *
   * @param file may be null: then nothing is to be written
   * @throws IllegalArgumentException if it cannot be written
   */
  static void requireFile(String option, Path file) {
    if (file != null) {
      requireDirectory(option, file.toAbsolutePath().getParent());
      boolean isWritable = Files.notExists(file) || Files.isWritable(file);
      that(isWritable && !Files.isDirectory(file), option, file, "a file that can be written");
    }
  }

  /**
   * Creates a directory.
   *
   * @param directory may be null: then nothing is to be written
   * @throws IllegalArgumentException if it cannot be written to
   */
  static void requireDirectory(String option, Path directory) {
    if (directory != null) {
      that(isWritable(directory), option, directory, "a directory that can be written to");
    }
  }

  private static boolean isWritable(Path directory) {
    try {
      // one that is there behind a link is none that could be created
      return Files.isWritable(
          Files.isDirectory(directory) ? directory : Files.createDirectories(directory));
    } catch (IOException e) {
      return false;
    }
  }
}
