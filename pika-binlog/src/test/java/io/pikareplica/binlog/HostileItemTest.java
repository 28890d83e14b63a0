package io.pikareplica.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.hostile.HostileBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Items as a master or a file may give them: header and content together. */
class HostileItemTest {
  /** An array of words is 16 bytes and 4 a word, a word at least 24: of 6 bytes on the wire. */
  private static final int BYTES_PER_BYTE = 12;

  @TempDir Path temp;

  @Test
  void itemsAreReadOrRefusedWhateverTheyHold() throws IOException {
    HostileBytes items =
        HostileBytes.against("item", HostileItemTest::read)
            .refusedBy(MalformedItemException.class)
            .allocating(4096, BYTES_PER_BYTE)
            .watching(BinlogItemCodec.class, RespContent.class)
            .sample(ItemCodecTest.GOLDEN)
            .words("*1\r\n", "*2147483647\r\n", "$1\r\n", "$2147483647\r\n", "$0\r\n\r\n");
    RecordedBinlog.unzip("pika-4.0.1/binlog.zip", temp);
    RecordedBinlog.readAll(temp.resolve("log_db0"), BinlogOffset.ZERO).stream()
        .filter(record -> record.item().length < 200)
        .limit(10)
        .forEach(record -> items.sample(record.item()));

    assertThat(items.run().fuzzed()).isPositive();
  }

  private static void read(byte[] bytes, int pieceBytes, Consumer<Object> found)
      throws MalformedItemException {
    byte[][] argv = RespContent.parseItem(bytes);
    BinlogItem item = BinlogItemCodec.decode(bytes);
    found.accept(List.of(item.execTime(), item.term(), item.logicId(), item.filenum()));
    found.accept(item.offset());
    Arrays.stream(argv).map(ByteBuffer::wrap).forEach(found);
  }
}
