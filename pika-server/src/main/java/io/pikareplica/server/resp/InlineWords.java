package io.pikareplica.server.resp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line into words by Redis's rules (sds.c, sdssplitargs): blanks divide, double quotes
 * know {@code \n \r \t \b \a \xHH}, single quotes know {@code \'}, and a closing quote ends a word.
 */
final class InlineWords {
  private static final String UNBALANCED = "unbalanced quotes in request";

  private final byte[] line;
  private final int end;
  private int at;

  private InlineWords(byte[] line, int end) {
    this.line = line;
    this.end = end;
  }

  /**
   * @param end how many bytes of {@code line} count
   */
  static List<byte[]> split(byte[] line, int end) throws RespProtocolException {
    InlineWords words = new InlineWords(line, end);
    List<byte[]> found = new ArrayList<>();
    while (words.skipBlanks()) {
      found.add(words.word());
    }
    return found;
  }

  private boolean skipBlanks() {
    while (at < end && isBlank(line[at])) {
      at++;
    }
    return at < end;
  }

  private byte[] word() throws RespProtocolException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (at < end && !isBlank(line[at])) {
      byte next = line[at++];
      if (next == '"' || next == '\'') {
        quoted(next, out);
        if (at < end && !isBlank(line[at])) {
          throw new RespProtocolException(UNBALANCED);
        }
      } else {
        out.write(next);
      }
    }
    return out.toByteArray();
  }

  private void quoted(byte quote, ByteArrayOutputStream out) throws RespProtocolException {
    while (at < end) {
      byte next = line[at++];
      if (next == quote) {
        return;
      }
      if (next == '\\' && quote == '"' && at < end) {
        escaped(out);
      } else if (next == '\\' && at < end && line[at] == '\'') {
        at++;
        out.write('\'');
      } else {
        out.write(next);
      }
    }
    throw new RespProtocolException(UNBALANCED);
  }

  private void escaped(ByteArrayOutputStream out) {
    byte code = line[at++];
    if (code == 'x' && at + 1 < end && hex(line[at]) >= 0 && hex(line[at + 1]) >= 0) {
      out.write(hex(line[at]) << 4 | hex(line[at + 1]));
      at += 2;
      return;
    }
    out.write(
        switch (code) {
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'b' -> '\b';
          case 'a' -> 7;
          default -> code;
        });
  }

  private static int hex(byte digit) {
    return Character.digit((char) (digit & 0xff), 16);
  }

  private static boolean isBlank(byte value) {
    return value == ' ' || (value >= 9 && value <= 13) || value == 0;
  }
}
