package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.binlog.BinlogOffset;
import java.nio.ByteBuffer;

/** The records of {@link Family#REPLICA_STATE}: how an instance lies, and up to where it is. */
final class ReplicaState {
  /** END of the last item that the instance holds; 8 bytes, see {@link BinlogOffset#packed}. */
  static final byte[] APPLIED = "applied".getBytes(US_ASCII);

  /** Format, instance, db-instance-num, default-slot-num; four 32-bit numbers, big-endian. */
  static final byte[] LAYOUT = "layout".getBytes(US_ASCII);

  /** The form of the families and of this record; another one is another number. */
  private static final int FORMAT_VERSION = 1;

  private ReplicaState() {}

  static byte[] layout(int instance, DbOptions options) {
    return ByteBuffer.allocate(4 * Integer.BYTES)
        .putInt(FORMAT_VERSION)
        .putInt(instance)
        .putInt(options.instanceCount())
        .putInt(options.slotCount())
        .array();
  }

  static String layoutText(byte[] layout) {
    if (layout.length != 4 * Integer.BYTES) {
      return "an unknown layout";
    }
    ByteBuffer in = ByteBuffer.wrap(layout);
    return "format "
        + in.getInt()
        + ", instance "
        + in.getInt()
        + ", db-instance-num "
        + in.getInt()
        + ", default-slot-num "
        + in.getInt();
  }

  static byte[] packed(BinlogOffset offset) {
    return ByteBuffer.allocate(Long.BYTES).putLong(offset.packed()).array();
  }

  static BinlogOffset unpacked(byte[] bytes) {
    return BinlogOffset.ofPacked(ByteBuffer.wrap(bytes).getLong());
  }
}
