package io.tidecast.connectors.check;

import java.util.ArrayDeque;
import java.util.Deque;

/** The begin of a text, of which only so much was read, without the row that it breaks off in. */
final class WholeRows {
  private final String text;
  private final Deque<Character> open = new ArrayDeque<>();
  private int closed;

  private WholeRows(String text) {
    this.text = text;
    read();
  }

  /** Whole lines; of one value of JSON what ends with a whole object or array, closed behind it. */
  static String of(String text) {
    int end = text.lastIndexOf('\n') + 1;
    boolean isOneValue = JsonTable.looksLike(text) && !hasValueInFirstLine(text);
    return isOneValue ? new WholeRows(text).completed() : text.substring(0, end);
  }

  private static boolean hasValueInFirstLine(String text) {
    String begin = text.stripLeading();
    int end = begin.indexOf('\n');
    return end >= 0 && new WholeRows(begin.substring(0, end)).isWhole();
  }

  private boolean isWhole() {
    return open.isEmpty() && closed > 0;
  }

  private String completed() {
    StringBuilder whole = new StringBuilder(text.substring(0, closed));
    new WholeRows(whole.toString()).open.forEach(whole::append);
    return whole.toString();
  }

  private void read() {
    boolean isQuoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isQuoted && c == '\\') {
        i++;
      } else if (c == '"') {
        isQuoted = !isQuoted;
      } else if (!isQuoted) {
        bracket(c, i);
      }
    }
  }

  private void bracket(char c, int place) {
    if (c == '{' || c == '[') {
      open.push(c == '{' ? '}' : ']');
    } else if (c == '}' || c == ']') {
      open.poll();
      closed = place + 1;
    }
  }
}
