package io.pikareplica.binlog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.List;

/**
 * The content of an item: one RESP array of bulk strings in its canonical form, which is the only
 * one that a master writes. Anything else is refused rather than guessed at.
 */
public final class RespContent {
  /** The shortest argument: {@code $0}, end of line, nothing, end of line. */
  private static final int MIN_ARGUMENT_BYTES = 6;

  private static final int MAX_DIGITS = 10;

  private final byte[] bytes;
  private final int end;
  private int at;

  private RespContent(byte[] bytes, int from) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.at = from;
  }

  /**
   * The words of a command.
   *
   * @throws MalformedItemException if the content is not exactly one array of at least one bulk
   *     string with lengths in canonical decimal form
   */
  public static byte[][] parse(byte[] content) throws MalformedItemException {
    return new RespContent(content, 0).array();
  }

  /**
   * The words of the command in an item, without a copy of its content.
   *
   * @throws MalformedItemException if the item or its content is malformed
   */
  public static byte[][] parseItem(byte[] item) throws MalformedItemException {
    BinlogItemCodec.check(item);
    return new RespContent(item, BinlogItemCodec.HEADER_BYTES).array();
  }

  /** The content for the words of a command. */
  public static byte[] encode(List<byte[]> argv) {
    byte[][] heads = new byte[argv.size()][];
    byte[] first = ("*" + argv.size() + "\r\n").getBytes(US_ASCII);
    int length = first.length;
    for (int i = 0; i < heads.length; i++) {
      heads[i] = ("$" + argv.get(i).length + "\r\n").getBytes(US_ASCII);
      length = Math.addExact(length, heads[i].length + 2);
      length = Math.addExact(length, argv.get(i).length);
    }
    byte[] out = Arrays.copyOf(first, length);
    int to = first.length;
    for (int i = 0; i < heads.length; i++) {
      to = put(out, to, heads[i]);
      to = put(out, to, argv.get(i));
      out[to++] = '\r';
      out[to++] = '\n';
    }
    return out;
  }

  private static int put(byte[] out, int to, byte[] part) {
    System.arraycopy(part, 0, out, to, part.length);
    return to + part.length;
  }

  private byte[][] array() throws MalformedItemException {
    expect('*');
    int count = number();
    if (count < 1 || count > (end - at) / MIN_ARGUMENT_BYTES) {
      throw new MalformedItemException(
          at, "as many words as fit into " + (end - at) + " bytes", count + " words");
    }
    byte[][] argv = new byte[count][];
    for (int i = 0; i < count; i++) {
      expect('$');
      int length = number();
      if (length > end - at - 2) {
        throw new MalformedItemException(
            at, "a word within the " + (end - at) + " bytes left", "a length of " + length);
      }
      argv[i] = Arrays.copyOfRange(bytes, at, at + length);
      at += length;
      endOfLine();
    }
    if (at != end) {
      throw new MalformedItemException(at, "the end of the array", (end - at) + " more bytes");
    }
    return argv;
  }

  private int number() throws MalformedItemException {
    int from = at;
    long value = 0;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && at - from < MAX_DIGITS) {
      value = value * 10 + (bytes[at++] - '0');
    }
    boolean leadingZero = at - from > 1 && bytes[from] == '0';
    if (at == from || leadingZero || value > Integer.MAX_VALUE) {
      throw new MalformedItemException(from, "a canonical number", found(from));
    }
    endOfLine();
    return (int) value;
  }

  private void endOfLine() throws MalformedItemException {
    expect('\r');
    expect('\n');
  }

  private void expect(char wanted) throws MalformedItemException {
    if (at >= end || bytes[at] != wanted) {
      throw new MalformedItemException(at, "byte " + (int) wanted, found(at));
    }
    at++;
  }

  private String found(int index) {
    return index < end ? "byte " + (bytes[index] & 0xff) : "the end";
  }
}
