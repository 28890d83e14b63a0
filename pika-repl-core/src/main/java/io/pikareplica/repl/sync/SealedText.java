package io.pikareplica.repl.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.zip.CRC32C;

/**
 * Texts that end with a line of their own checksum, for small files that decide what becomes of
 * data: one flipped bit in them must stop a start, not lead it elsewhere. Without state.
 */
public final class SealedText {
  private static final String SEAL = "crc32c=";
  private static final int SEAL_CHARS = SEAL.length() + 8 + 1;

  private SealedText() {}

  /**
   * The text with its seal.
   *
   * @param text ends with a line feed
   */
  public static String seal(String text) {
    CRC32C checksum = new CRC32C();
    checksum.update(text.getBytes(UTF_8));
    return text + SEAL + "%08x".formatted(checksum.getValue()) + "\n";
  }

  /**
   * The text without its seal.
   *
   * @throws IOException when the seal is not there or does not fit; the message says so
   */
  public static String open(String sealed) throws IOException {
    String text = sealed.substring(0, Math.max(0, sealed.length() - SEAL_CHARS));
    if (!seal(text).equals(sealed)) {
      throw new IOException("its last line is not the checksum of what stands before");
    }
    return text;
  }
}
