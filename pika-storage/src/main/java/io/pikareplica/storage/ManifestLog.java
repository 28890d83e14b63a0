package io.pikareplica.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;

/** The records of a file in RocksDB's log format (db/log_format.h), each with its checksum. */
final class ManifestLog {
  private static final int BLOCK_BYTES = 32_768;
  private static final int HEADER_BYTES = 7;
  private static final int MAX_RECORD_BYTES = 64 << 20;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int LAST = 4;

  private final InputStream in;
  private int leftInBlock = BLOCK_BYTES;

  ManifestLog(InputStream in) {
    this.in = in;
  }

  /**
   * The next record.
   *
   * @return empty at the end; a record that is cut there is none
   * @throws IOException when it is damaged
   */
  byte[] next() throws IOException {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    boolean isInside = false;
    while (true) {
      if (leftInBlock < HEADER_BYTES) {
        in.readNBytes(leftInBlock);
        leftInBlock = BLOCK_BYTES;
      }
      byte[] header = in.readNBytes(HEADER_BYTES);
      if (header.length < HEADER_BYTES) {
        return new byte[0];
      }
      int length = (header[4] & 0xFF) | (header[5] & 0xFF) << 8;
      int type = header[6];
      leftInBlock -= HEADER_BYTES;
      if (type == 0 && length == 0) {
        // the rest of a block that was laid out beforehand
        in.readNBytes(leftInBlock);
        leftInBlock = BLOCK_BYTES;
        continue;
      }
      boolean isBeginning = type == FULL || type == FIRST;
      if (length > leftInBlock || type < FULL || type > LAST || isBeginning == isInside) {
        throw new IOException("MANIFEST is damaged: a record of kind " + type + ", " + length);
      }
      byte[] part = in.readNBytes(length);
      if (part.length < length) {
        return new byte[0];
      }
      leftInBlock -= length;
      check(header, part);
      if (record.size() + length > MAX_RECORD_BYTES) {
        throw new IOException("MANIFEST has a record of more than " + MAX_RECORD_BYTES + " bytes");
      }
      record.writeBytes(part);
      if (type == FULL || type == LAST) {
        return record.toByteArray();
      }
      isInside = true;
    }
  }

  private static void check(byte[] header, byte[] part) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(header, 6, 1);
    crc.update(part);
    int plain = (int) crc.getValue();
    int masked = Integer.rotateRight(plain, 15) + 0xa282ead8;
    int stored =
        (header[0] & 0xFF)
            | (header[1] & 0xFF) << 8
            | (header[2] & 0xFF) << 16
            | (header[3] & 0xFF) << 24;
    if (masked != stored) {
      throw new IOException("MANIFEST is damaged: a checksum does not fit");
    }
  }
}
