package io.tidecast.connectors.record;

/**
 * Which series: a variable of a stream. Its text, {@code stream/variable}, is the Kafka key, the
 * key of all state and the name in the database. It is cut at its last slash: the name of a stream
 * may hold slashes, that of a variable none, so every key has one reading.
 */
public record SeriesKey(String stream, String variable) {
  private static final char SEPARATOR = '/';

  public SeriesKey {
    Names.stream("stream", stream);
    Names.variable("variable", variable);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  public static SeriesKey parse(String text) {
    int cut = text.lastIndexOf(SEPARATOR);
    Require.that(cut > 0, "series", text, "stream" + SEPARATOR + "variable");
    return new SeriesKey(text.substring(0, cut), text.substring(cut + 1));
  }

  /** The text of a key whose names have been checked before, as those of an observation. */
  public static String text(String stream, String variable) {
    return stream + SEPARATOR + variable;
  }

  /** The variable of a key's text, without a look at its names. */
  public static String variable(String text) {
    return text.substring(text.lastIndexOf(SEPARATOR) + 1);
  }

  /** The stream of a key's text, likewise. */
  public static String stream(String text) {
    return text.substring(0, Math.max(0, text.lastIndexOf(SEPARATOR)));
  }

  @Override
  public String toString() {
    return text(stream, variable);
  }
}
