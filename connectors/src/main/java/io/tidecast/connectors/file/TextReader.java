package io.tidecast.connectors.file;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The characters of a file. A byte order mark says its encoding, whatever is configured; without
 * one the configured encoding holds, and bytes that are none of it are an error.
 */
public final class TextReader extends BufferedReader {
  private static final int BUFFER = 1 << 16;

  private TextReader(InputStream bytes, Charset encoding) {
    super(
        new InputStreamReader(
            bytes,
            encoding
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)),
        BUFFER);
  }

  public static TextReader of(InputStream bytes, Charset encoding) throws IOException {
    InputStream marked = bytes.markSupported() ? bytes : new BufferedInputStream(bytes);
    marked.mark(3);
    byte[] begin = marked.readNBytes(3);
    marked.reset();
    if (startsWith(begin, 0xEF, 0xBB, 0xBF)) {
      marked.skipNBytes(3);
      return new TextReader(marked, StandardCharsets.UTF_8);
    }
    if (startsWith(begin, 0xFE, 0xFF) || startsWith(begin, 0xFF, 0xFE)) {
      return new TextReader(marked, StandardCharsets.UTF_16);
    }
    return new TextReader(marked, encoding);
  }

  private static boolean startsWith(byte[] begin, int... mark) {
    for (int i = 0; i < mark.length; i++) {
      if (i >= begin.length || (begin[i] & 0xFF) != mark[i]) {
        return false;
      }
    }
    return true;
  }
}
