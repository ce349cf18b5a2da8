package io.tidecast.connectors.serde;

/** The reading of decimal texts, the same for a record of a topic and a row of a file. */
public final class Decimals {
  private Decimals() {}

  /**
   * A decimal such as {@code -3.3e0}, or {@code NaN}, {@code Infinity} and their signs, for whoever
   * refuses them by their own reason. Blanks, hexadecimal digits and a trailing d or f, which
   * Java's own parser takes, are not numbers here.
   *
   * @throws NumberFormatException if it is none
   */
  public static double parse(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isPlain(text.charAt(i))) {
        return nonFinite(text);
      }
    }
    return Double.parseDouble(text);
  }

  private static boolean isPlain(char c) {
    return c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
  }

  private static double nonFinite(String text) {
    return switch (text) {
      case "NaN", "+NaN", "-NaN" -> Double.NaN;
      case "Infinity", "+Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw new NumberFormatException("not a decimal: '" + text + "'");
    };
  }
}
