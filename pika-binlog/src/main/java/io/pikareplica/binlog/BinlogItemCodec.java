package io.pikareplica.binlog;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of a {@link BinlogItem}, all little-endian: type u16 = 1, time u32, term u32, logic id
 * u64, filenum u32, offset u64, content length u32, content. Pika's pika_binlog_transverter.cc.
 */
public final class BinlogItemCodec {
  /** Bytes in front of the content. */
  public static final int HEADER_BYTES = 34;

  private static final int TYPE = 1;
  private static final int EXEC_TIME_AT = 2;
  private static final int CONTENT_LENGTH_AT = 30;

  private BinlogItemCodec() {}

  public static byte[] encode(BinlogItem item) {
    byte[] header = header(item);
    byte[] out = Arrays.copyOf(header, Math.addExact(HEADER_BYTES, item.content().length));
    System.arraycopy(item.content(), 0, out, HEADER_BYTES, item.content().length);
    return out;
  }

  /** What stands in front of the content. */
  static byte[] header(BinlogItem item) {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) TYPE).putInt(item.execTimeSeconds()).putInt(item.term());
    out.putLong(item.logicId()).putInt(item.filenum()).putLong(item.offset());
    return out.putInt(item.content().length).array();
  }

  /**
   * Takes an item apart.
   *
   * @throws MalformedItemException if it is shorter than its header, of another type, or longer or
   *     shorter than its header says
   */
  public static BinlogItem decode(byte[] bytes) throws MalformedItemException {
    check(bytes);
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new BinlogItem(
        in.getInt(2),
        in.getInt(6),
        in.getLong(10),
        in.getInt(18),
        in.getLong(22),
        Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length));
  }

  /**
   * Checks what {@link #decode} checks, without a copy.
   *
   * @throws MalformedItemException as {@code decode}
   */
  public static void check(byte[] bytes) throws MalformedItemException {
    if (bytes.length < HEADER_BYTES) {
      throw new MalformedItemException(
          bytes.length, "an item of at least " + HEADER_BYTES + " bytes", bytes.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int type = Short.toUnsignedInt(in.getShort(0));
    if (type != TYPE) {
      throw new MalformedItemException(0, "item type " + TYPE, "type " + type);
    }
    long length = Integer.toUnsignedLong(in.getInt(CONTENT_LENGTH_AT));
    if (length != bytes.length - HEADER_BYTES) {
      throw new MalformedItemException(
          CONTENT_LENGTH_AT,
          "content of the " + (bytes.length - HEADER_BYTES) + " bytes that follow",
          "content length " + length);
    }
  }

  /**
   * When the master wrote an item, in unix seconds, without a copy.
   *
   * @param bytes an item that {@link #check} has passed
   */
  public static long execTime(byte[] bytes) {
    return Integer.toUnsignedLong(
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(EXEC_TIME_AT));
  }
}
