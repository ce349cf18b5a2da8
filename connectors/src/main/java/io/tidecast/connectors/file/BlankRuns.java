package io.tidecast.connectors.file;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;

/** A text in which blanks part fields, as columns are lined up by: so many of them are one. */
public final class BlankRuns extends BufferedReader {
  private boolean begins = true;
  private boolean isQuoted;

  public BlankRuns(Reader text) {
    super(text);
  }

  @Override
  public int read() throws IOException {
    int next = super.read();
    if (isQuoted || next != ' ' && next != '\t') {
      isQuoted ^= next == '"';
      begins = next == '\n' || next == '\r';
      return next;
    }
    boolean leads = begins;
    mark(1);
    for (next = super.read(); next == ' ' || next == '\t'; next = super.read()) {
      mark(1);
    }
    boolean trails = next == '\n' || next == '\r' || next < 0;
    if (leads || trails) {
      isQuoted ^= next == '"';
      begins = next == '\n' || next == '\r';
      return next;
    }
    reset();
    return ' ';
  }

  @Override
  public int read(char[] to, int from, int length) throws IOException {
    int count = 0;
    while (count < length) {
      int next = read();
      if (next < 0) {
        return count == 0 ? -1 : count;
      }
      to[from + count++] = (char) next;
    }
    return count;
  }
}
