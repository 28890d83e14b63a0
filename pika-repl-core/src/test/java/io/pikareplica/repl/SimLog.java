package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.binlog.BinlogOffset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32;

/**
 * The file that an instance of the model storage lives in: records that are there whole or not at
 * all, each a set of changes and the offset that they lead to. What follows the last whole record
 * is dropped when it is opened, as RocksDB does with its log.
 */
final class SimLog implements AutoCloseable {
  private static final int HEADER_BYTES = 8;

  private final FileChannel channel;
  private final SimKeys keys = new SimKeys();
  private BinlogOffset applied = BinlogOffset.ZERO;
  private long length;
  private boolean isBroken;

  private SimLog(FileChannel channel) {
    this.channel = channel;
  }

  static Path file(Path folder) {
    return folder.resolve("data");
  }

  static SimLog open(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = file(folder);
    byte[] bytes = {};
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      // a new one
    }
    SimLog log =
        new SimLog(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    log.recover(ByteBuffer.wrap(bytes));
    log.channel.truncate(log.length);
    log.channel.force(true);
    try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
      opened.force(true);
    }
    return log;
  }

  private void recover(ByteBuffer in) {
    while (in.remaining() >= HEADER_BYTES) {
      int size = in.getInt();
      int sum = in.getInt();
      if (size <= 0 || size > in.remaining()) {
        return;
      }
      byte[] payload = new byte[size];
      in.get(payload);
      if (sum(payload) != sum) {
        return;
      }
      String text = new String(payload, ISO_8859_1);
      int line = text.indexOf('\n');
      applied = BinlogOffset.ofPacked(Long.parseLong(text.substring(0, line)));
      keys.take(text.substring(line + 1));
      length = in.position();
    }
  }

  private static int sum(byte[] payload) {
    CRC32 crc = new CRC32();
    crc.update(payload);
    return (int) crc.getValue();
  }

  /** A record by itself. */
  static byte[] record(String changes, BinlogOffset end) {
    byte[] payload = (end.packed() + "\n" + changes).getBytes(ISO_8859_1);
    return ByteBuffer.allocate(HEADER_BYTES + payload.length)
        .putInt(payload.length)
        .putInt(sum(payload))
        .put(payload)
        .array();
  }

  BinlogOffset applied() {
    return applied;
  }

  SimKeys keys() {
    return keys;
  }

  /** Nothing is written any more after a failure: what is in the file is unknown then. */
  void append(String changes, BinlogOffset end, boolean force) throws IOException {
    if (isBroken) {
      throw new IOException("an earlier write failed");
    }
    isBroken = true;
    ByteBuffer bytes = ByteBuffer.wrap(record(changes, end));
    long at = length;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
    if (force) {
      channel.force(false);
    }
    isBroken = false;
    length = at;
    keys.take(changes);
    applied = end;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
