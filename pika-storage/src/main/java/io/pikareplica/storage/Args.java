package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The words of a command, the name included. Bytes are shared with whoever made them: neither side
 * changes them.
 */
public final class Args {
  private final byte[][] words;

  /** Null until it is asked for; two threads may both work it out. */
  private String name;

  public Args(byte[]... words) {
    if (words.length == 0) {
      throw new IllegalArgumentException("a command has at least its name");
    }
    this.words = words;
  }

  public static Args of(List<byte[]> words) {
    return new Args(words.toArray(new byte[0][]));
  }

  /** One word per string, each char one byte. */
  public static Args of(String... words) {
    byte[][] bytes = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      bytes[i] = words[i].getBytes(ISO_8859_1);
    }
    return new Args(bytes);
  }

  public int size() {
    return words.length;
  }

  public byte[] get(int index) {
    return words[index];
  }

  /** The words from {@code index} on. */
  public List<byte[]> from(int index) {
    return Arrays.asList(words).subList(index, words.length);
  }

  /** A word as text, each byte one char. */
  public String text(int index) {
    return new String(words[index], ISO_8859_1);
  }

  /** The command's name in lower case. */
  public String name() {
    if (name == null) {
      name = text(0).toLowerCase(Locale.ROOT); // asked for several times on the way of an item
    }
    return name;
  }

  /** Whether a word is the given option, in any case. */
  public boolean is(int index, String option) {
    return index < words.length
        && words[index].length == option.length()
        && text(index).equalsIgnoreCase(option);
  }

  /**
   * A word as Pika's string2int reads it: an optional minus, digits, nothing else.
   *
   * @throws CommandException when it is no 64-bit integer
   */
  public long int64(int index) throws CommandException {
    return Numbers.parseInt64(words[index]);
  }

  /**
   * @throws CommandException when it is no 32-bit integer
   */
  public int int32(int index) throws CommandException {
    long value = int64(index);
    if (value != (int) value) {
      throw CommandException.notAnInteger();
    }
    return (int) value;
  }

  /** The bytes of all words together. */
  public long sizeBytes() {
    long sum = 0;
    for (byte[] word : words) {
      sum += word.length;
    }
    return sum;
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(words.length, 4); i++) {
      String word = text(i);
      out.append(i == 0 ? "" : " ").append(word, 0, Math.min(word.length(), 40));
    }
    return out.append(words.length > 4 ? " …" : "").toString();
  }
}
