package io.pikareplica.binlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our reader on the files that real Pika servers wrote. */
class RecordedBinlogTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({"pika-4.0.1,db0", "pika-4.0.1,db1", "pika-4.0.0,db0", "pika-4.0.0,db1"})
  void readsEveryItemUpToTheOffsetThatInfoShows(String version, String db) throws IOException {
    RecordedBinlog.unzip(version + "/binlog.zip", temp);

    List<BinlogRecord> items = RecordedBinlog.readAll(temp.resolve("log_" + db), BinlogOffset.ZERO);

    assertThat(items.get(items.size() - 1).end()).isEqualTo(RecordedBinlog.infoOffset(version, db));
    BinlogOffset start = BinlogOffset.ZERO;
    long logicId = 0;
    for (BinlogRecord record : items) {
      BinlogItem item = BinlogItemCodec.decode(record.item());
      assertThat(item.logicId()).isEqualTo(++logicId);
      assertThat(new BinlogOffset(item.filenum(), item.offset())).isEqualTo(start);
      assertThat(BinlogItemCodec.encode(item)).isEqualTo(record.item());
      byte[][] argv = RespContent.parse(item.content());
      assertThat(RespContent.encode(List.of(argv))).isEqualTo(item.content());
      boolean rolled = record.end().filenum() != start.filenum();
      assertThat(record.end().offset())
          .isEqualTo(BlockFormat.endOf(rolled ? 0 : start.offset(), record.item().length));
      start = record.end();
    }
  }
}
