package io.pikareplica.binlog;

import static io.pikareplica.binlog.BinlogFixture.SETTINGS;
import static io.pikareplica.binlog.BinlogFixture.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinlogTailTest {
  private static final int BLOCK = BlockFormat.BLOCK_BYTES;

  @TempDir Path temp;

  private BinlogOffset tail(BinlogOffset end) throws IOException {
    return BinlogTail.begin(new BinlogDirectory(temp), end).orElse(end);
  }

  private List<BinlogRecord> write(BinlogWriter writer, int... itemBytes) throws IOException {
    List<BinlogRecord> records = new ArrayList<>();
    BinlogOffset at = writer.producer();
    for (int bytes : itemBytes) {
      records.add(next(at, bytes));
      at = records.get(records.size() - 1).end();
    }
    writer.append(records);
    return records;
  }

  @Test
  void anEmptyBinlogHasNone() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(BinlogTail.begin(writer.directory(), writer.producer())).isEmpty();
    }
  }

  /** The start of a file may be filler elsewhere. */
  @Test
  void theOnlyItemOfAFileIsNone() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      for (int bytes : new int[] {50, BLOCK - 8, BLOCK, 5 * BLOCK}) {
        writer.reset(BinlogOffset.ZERO);
        BinlogOffset end = write(writer, bytes).get(0).end();
        assertThat(BinlogTail.begin(writer.directory(), end)).as("%d bytes", bytes).isEmpty();
      }
    }
  }

  @Test
  void aBorderAtTheStartOfABlockIsPassedOver() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      List<BinlogRecord> items = write(writer, BLOCK - 8, 100, 100);
      assertThat(items.get(0).end().offset()).isEqualTo(BLOCK);
      assertThat(BinlogTail.begin(writer.directory(), items.get(1).end())).isEmpty();
      assertThat(tail(items.get(2).end())).isEqualTo(items.get(1).end());
    }
  }

  @Test
  void aLongLastItemIsTheTailByItself() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      List<BinlogRecord> items = write(writer, 100, 100, 3 * BLOCK);
      assertThat(tail(items.get(2).end())).isEqualTo(items.get(0).end());
    }
  }

  /** What the filler hides was the master's: there is nothing of ours to compare. */
  @Test
  void fillerIsNoPartOfIt() throws IOException {
    for (long reset : new long[] {100, BLOCK, 2 * BLOCK + 1_000, 3 * BLOCK}) {
      Path folder = temp.resolve("" + reset);
      try (BinlogWriter writer =
          BinlogWriter.createAt(folder, new BinlogOffset(3, reset), SETTINGS)) {
        for (int bytes : new int[] {40, 2 * BLOCK}) {
          BinlogOffset begin = writer.reset(new BinlogOffset(3, reset));
          assertThat(BinlogTail.begin(writer.directory(), begin)).as("%d", reset).isEmpty();
          BinlogOffset end = write(writer, bytes).get(0).end();
          assertThat(BinlogTail.begin(writer.directory(), end))
              .as("%d", reset)
              .isEqualTo(Optional.of(begin).filter(b -> b.offset() % BLOCK != 0));
        }
      }
    }
  }

  @Test
  void itNeverReachesIntoTheFileBefore() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      write(writer, 100, 100);
      BinlogOffset end = new BinlogOffset(1, BlockFormat.endOf(0, 100));
      writer.append(List.of(new BinlogRecord(end, BinlogFixture.item(100, writer.producer()))));
      assertThat(BinlogTail.begin(writer.directory(), end)).isEmpty();
    }
  }

  /** Whatever the items are: from the tail's begin the reader comes to the end, and not far. */
  @Test
  void theReaderReadsOnFromItToTheEnd() throws IOException {
    Random random = new Random(7);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      for (int i = 0; i < 400; i++) {
        int bytes = 34 + (random.nextInt(8) == 0 ? random.nextInt(2 * BLOCK) : random.nextInt(300));
        BinlogOffset end = write(writer, bytes).get(0).end();
        BinlogOffset begin = tail(end);
        if (begin.equals(end)) {
          assertThat(i).as("no tail though there are items").isZero();
          continue;
        }
        assertThat(begin.offset() % BLOCK).isPositive();

        List<BinlogRecord> items = new ArrayList<>();
        try (BinlogReader reader = BinlogReader.open(writer.directory(), begin, end)) {
          for (BinlogReader.Read read = reader.next(end);
              read.kind() == BinlogReader.Kind.ITEM;
              read = reader.next(end)) {
            items.add(read.toRecord());
          }
        }
        assertThat(items).isNotEmpty();
        assertThat(items.get(items.size() - 1).end()).isEqualTo(end);
        assertThat(end.offset() - begin.offset()).isLessThan(3L * BLOCK + bytes);
      }
    }
  }

  @Test
  void aDamagedBlockIsSaidToBeOne() throws IOException {
    BinlogOffset end;
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      end = write(writer, 100, 100).get(1).end();
    }
    Path file = new BinlogDirectory(temp).file(0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[7] = 99;
    Files.write(file, bytes);
    assertThatExceptionOfType(BinlogCorruptException.class).isThrownBy(() -> tail(end));
  }
}
