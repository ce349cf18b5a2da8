package io.tidecast.connectors.file;

/** The characters that programs for tables put where others write those of a keyboard. */
public final class Spelling {
  private Spelling() {}

  /**
   * The same text with a hyphen for a minus sign, plain blanks, and apostrophes that are straight.
   */
  public static String plain(String text) {
    StringBuilder plain = new StringBuilder(text);
    for (int i = 0; i < plain.length(); i++) {
      plain.setCharAt(i, plain(plain.charAt(i)));
    }
    return plain.toString();
  }

  private static char plain(char c) {
    return switch (c) {
      case '\u2212', '\u2013', '\uFE63', '\uFF0D' -> '-';
      case '\u2019', '\u02BC' -> '\'';
      default -> Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c;
    };
  }
}
