package io.pikareplica.binlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Small binlogs for tests. */
final class BinlogFixture {
  static final int TIME = 0x671a2b3c;
  static final BinlogSettings SETTINGS = settings(1 << 20);

  private BinlogFixture() {}

  static BinlogSettings settings(long fileBytes) {
    return settings(fileBytes, BinlogSettings.Force.NEVER);
  }

  static BinlogSettings settings(long fileBytes, BinlogSettings.Force force) {
    return new BinlogSettings(
        fileBytes, force, Clock.fixed(Instant.ofEpochSecond(TIME), ZoneOffset.UTC));
  }

  /** The content of a SET whose value has a length. */
  static byte[] set(int valueBytes) {
    return RespContent.encode(
        List.of("set".getBytes(ISO_8859_1), "k".getBytes(ISO_8859_1), new byte[valueBytes]));
  }

  /** An item of exactly so many bytes; the content of a small one is no command. */
  static byte[] item(int bytes, BinlogOffset start) {
    return BinlogItemCodec.encode(
        new BinlogItem(TIME, 0, 1, start.filenum(), start.offset(), new byte[bytes - 34]));
  }

  /** The record that continues a binlog in the same file. */
  static BinlogRecord next(BinlogOffset start, int itemBytes) {
    return new BinlogRecord(
        new BinlogOffset(start.filenum(), BlockFormat.endOf(start.offset(), itemBytes)),
        item(itemBytes, start));
  }

  static void truncate(Path file, long size) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, (int) size));
  }
}
