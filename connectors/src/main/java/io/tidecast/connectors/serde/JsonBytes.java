package io.tidecast.connectors.serde;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.io.NumberOutput;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A JSON object as it grows. For the records there is one of per step: where the place of a
 * number's last digit is known, a decimal is an integer and a point, and a generator that takes any
 * number in any place costs more than the digits. Everything else is as Jackson writes it.
 */
final class JsonBytes {
  static final int MAX_PLACES = 9;

  /** A sign, ten digits, a point and the places after it. */
  private static final int LONGEST = 12 + MAX_PLACES;

  private static final int USUAL = 4_096;

  private static final ThreadLocal<JsonBytes> OF_THREAD = ThreadLocal.withInitial(JsonBytes::new);

  private byte[] bytes = new byte[USUAL];
  private int size;

  private JsonBytes() {}

  /** Begins an object in the memory of the calling thread: the one before must have ended. */
  static JsonBytes object() {
    JsonBytes json = OF_THREAD.get();
    json.size = 0;
    json.put('{');
    return json;
  }

  private void ensure(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }

  private void put(char c) {
    ensure(1);
    bytes[size++] = (byte) c;
  }

  private void putAscii(String text) {
    ensure(text.length());
    for (int i = 0; i < text.length(); i++) {
      bytes[size++] = (byte) text.charAt(i);
    }
  }

  /**
   * The next field.
   *
   * @param ascii without anything that must be escaped
   */
  JsonBytes name(String ascii) {
    if (size > 1) {
      put(',');
    }
    put('"');
    putAscii(ascii);
    put('"');
    put(':');
    return this;
  }

  JsonBytes text(String value) {
    put('"');
    if (isPlain(value)) {
      putAscii(value);
    } else {
      byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(value);
      ensure(quoted.length);
      System.arraycopy(quoted, 0, bytes, size, quoted.length);
      size += quoted.length;
    }
    put('"');
    return this;
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  /** Begins an array, or an element of one that is an array. */
  JsonBytes begin() {
    put('[');
    return this;
  }

  /** Ends it. */
  JsonBytes end() {
    put(']');
    return this;
  }

  /** Between two elements. */
  JsonBytes next() {
    put(',');
    return this;
  }

  JsonBytes number(int value) {
    return decimal(value, 0, 0);
  }

  JsonBytes number(float value) {
    putAscii(NumberOutput.toString(value, true));
    return this;
  }

  JsonBytes number(BigDecimal value) {
    putAscii(value.toPlainString());
    return this;
  }

  JsonBytes number(double value) {
    putAscii(NumberOutput.toString(value, true));
    return this;
  }

  JsonBytes numbers(int[] values) {
    begin();
    for (int i = 0; i < values.length; i++) {
      comma(i).number(values[i]);
    }
    return end();
  }

  JsonBytes numbers(List<Double> values) {
    begin();
    for (int i = 0; i < values.size(); i++) {
      Digits.write(comma(i), values.get(i));
    }
    return end();
  }

  /** Before element {@code i}, unless it is the first. */
  JsonBytes comma(int i) {
    return i == 0 ? this : next();
  }

  /**
   * A decimal without zeros at its end.
   *
   * @param digits at most so many that they are an int
   * @param places of the digits that stand after the point, at most {@value #MAX_PLACES}
   * @param atLeast places after the point, 0 or 1
   */
  JsonBytes decimal(int digits, int places, int atLeast) {
    int left = Math.abs(digits);
    int after = places;
    while (after > atLeast && left % 10 == 0) {
      left /= 10;
      after--;
    }
    ensure(LONGEST);
    byte[] to = bytes;
    if (digits < 0) {
      to[size++] = '-';
    }
    size += Math.max(length(left), after + 1) + (after > 0 ? 1 : 0);
    int at = size;
    if (after > 0) {
      for (int i = 0; i < after; i++) {
        int tens = left / 10;
        to[--at] = (byte) ('0' + left - 10 * tens);
        left = tens;
      }
      to[--at] = '.';
    }
    do {
      int tens = left / 10;
      to[--at] = (byte) ('0' + left - 10 * tens);
      left = tens;
    } while (left > 0);
    return this;
  }

  private static int length(int number) {
    int length = 1;
    for (int power = 10; length < 10 && number >= power; power *= 10) {
      length++;
    }
    return length;
  }

  /** The whole object. */
  byte[] toBytes() {
    put('}');
    return Arrays.copyOf(bytes, size);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, size, StandardCharsets.UTF_8);
  }
}
