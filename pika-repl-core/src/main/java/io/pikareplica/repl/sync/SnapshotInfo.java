package io.pikareplica.repl.sync;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationException.Kind;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The file {@code info} of a snapshot: how long it took, the master's address, and the binlog
 * offset that it belongs to (src/pika_db.cc, TryUpdateMasterOffset).
 */
record SnapshotInfo(BinlogOffset offset) {
  static final int MAX_BYTES = 4096;
  private static final int MIN_LINES = 5;
  private static final int MAX_LINES = 8;
  private static final int FILENUM_LINE = 3;
  private static final int OFFSET_LINE = 4;

  /**
   * @throws ReplicationException PROTOCOL when it is anything else
   */
  static SnapshotInfo parse(byte[] bytes) throws ReplicationException {
    String text = new String(bytes, US_ASCII);
    String[] lines =
        (text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).split("\n", -1);
    if (bytes.length > MAX_BYTES || lines.length < MIN_LINES || lines.length > MAX_LINES) {
      throw malformed(lines.length + " lines in " + bytes.length + " bytes");
    }
    // 3 master port, 4 filenum, 5 offset, then, if there, term and index, which nobody uses
    for (int i = 2; i < Math.min(lines.length, 7); i++) {
      if (!lines[i].matches("[0-9]{1,19}")) {
        throw malformed("line " + (i + 1) + " is no number");
      }
    }
    try {
      return new SnapshotInfo(
          new BinlogOffset(
              Integer.parseUnsignedInt(lines[FILENUM_LINE]), Long.parseLong(lines[OFFSET_LINE])));
    } catch (IllegalArgumentException e) {
      throw malformed("offset " + lines[FILENUM_LINE] + ":" + lines[OFFSET_LINE]);
    }
  }

  /** Pika's name for the snapshot that a file {@code info} belongs to. */
  static String uuidOf(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ReplicationException malformed(String what) {
    return new ReplicationException(
        Kind.PROTOCOL, "the snapshot's info is not what Pika writes: " + what);
  }
}
