package io.pikareplica.storage;

import java.io.IOException;
import java.util.Arrays;

/** One record of a MANIFEST, read from front to back. */
final class ManifestEdit {
  private final byte[] bytes;
  private int at;

  ManifestEdit(byte[] bytes) {
    this.bytes = bytes;
  }

  boolean hasMore() {
    return at < bytes.length;
  }

  int number32() throws IOException {
    long value = number64();
    if (value < 0 || value > 0xFFFF_FFFFL) {
      throw damaged("a number of 32 bits is " + Long.toUnsignedString(value));
    }
    return (int) value;
  }

  long number64() throws IOException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at == bytes.length) {
        throw damaged("a number is cut");
      }
      byte next = bytes[at++];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw damaged("a number has no end");
  }

  byte[] text() throws IOException {
    int from = skipText();
    return Arrays.copyOfRange(bytes, from, at);
  }

  /** Returns where it began. */
  int skipText() throws IOException {
    int length = number32();
    if (length < 0 || length > bytes.length - at) {
      throw damaged("a text of " + Integer.toUnsignedString(length) + " bytes is cut");
    }
    int from = at;
    at += length;
    return from;
  }

  private IOException damaged(String what) {
    return new IOException("MANIFEST is damaged: " + what + " at " + at + " of an edit");
  }
}
