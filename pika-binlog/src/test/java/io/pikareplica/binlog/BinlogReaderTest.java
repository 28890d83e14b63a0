package io.pikareplica.binlog;

import static io.pikareplica.binlog.BinlogFixture.SETTINGS;
import static io.pikareplica.binlog.BinlogFixture.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.pikareplica.binlog.BinlogOffsetException.Reason;
import io.pikareplica.binlog.BinlogReader.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three items: one small, one over a block's end, one small. */
class BinlogReaderTest {
  @TempDir Path temp;

  private final List<BinlogRecord> items = new ArrayList<>();
  private BinlogDirectory directory;

  @BeforeEach
  void writeThreeItems() throws IOException {
    directory = new BinlogDirectory(temp);
    items.add(next(BinlogOffset.ZERO, 65_400));
    items.add(next(items.get(0).end(), 400));
    items.add(next(items.get(1).end(), 40));
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      writer.append(items);
    }
  }

  @Test
  void beginsAtTheEndOfAnyItemAndAtTheStartOfTheFile() throws IOException {
    for (int i = 0; i < items.size(); i++) {
      BinlogOffset from = i == 0 ? BinlogOffset.ZERO : items.get(i - 1).end();
      assertThat(RecordedBinlog.readAll(temp, from)).hasSize(items.size() - i);
    }
    assertThat(RecordedBinlog.readAll(temp, items.get(2).end())).isEmpty();
  }

  @Test
  void refusesEveryOtherOffset() {
    List<Long> borders = List.of(0L, end(0), end(1), end(2));
    for (long offset = 0; offset <= end(2) + 10; offset++) {
      if (!borders.contains(offset)) {
        BinlogOffset from = new BinlogOffset(0, offset);
        Reason reason = offset > end(2) ? Reason.AFTER_END : Reason.NOT_A_BORDER;
        assertThatExceptionOfType(BinlogOffsetException.class)
            .as("offset %d", offset)
            .isThrownBy(() -> BinlogReader.open(directory, from).close())
            .satisfies(refused -> assertThat(refused.reason()).isEqualTo(reason));
      }
    }
    assertThatExceptionOfType(BinlogOffsetException.class)
        .isThrownBy(() -> BinlogReader.open(directory, new BinlogOffset(1, 0)).close())
        .withMessage("offset=1:0 reason=NO_FILE");
  }

  @Test
  void isNotOpenedBehindItsLimitNorGivenAnEarlierOne() throws IOException {
    BinlogOffset last = items.get(2).end();
    assertThatExceptionOfType(BinlogOffsetException.class)
        .isThrownBy(() -> BinlogReader.open(directory, last, items.get(1).end()).close())
        .satisfies(refused -> assertThat(refused.reason()).isEqualTo(Reason.AFTER_END));
    try (BinlogReader reader = BinlogReader.open(directory, last, last)) {
      assertThatIllegalArgumentException().isThrownBy(() -> reader.next(items.get(1).end()));
      assertThat(reader.next(last).kind()).isEqualTo(Kind.END);
    }
  }

  @Test
  void aFolderThatIsNotThereHoldsNoFile() throws IOException {
    BinlogDirectory none = new BinlogDirectory(temp.resolve("none"));
    assertThat(none.filenums()).isEmpty();
    assertThat(none.sizeBytes()).isZero();
    assertThat(directory.purgeBefore(1)).containsExactly(0);
    assertThat(directory.purgeBefore(1)).isEmpty();
  }

  @Test
  void takesAFileThatBeginsInTheMiddleOfAnItemForDamage() throws IOException {
    byte[] bytes = Files.readAllBytes(directory.file(0));
    bytes[7] = (byte) RecordType.LAST.code();
    Files.write(directory.file(0), bytes);
    assertThatExceptionOfType(BinlogCorruptException.class)
        .isThrownBy(() -> BinlogReader.open(directory, BinlogOffset.ZERO).close())
        .withMessage(
            "file=%s offset=65408 expected=the first record of an item"
                + " found=a record of type LAST that ends there",
            directory.file(0));
  }

  @Test
  void tellsATornTailFromAnEndAtEveryLength() throws IOException {
    byte[] whole = Files.readAllBytes(directory.file(0));
    for (int length = (int) end(0); length <= whole.length; length++) {
      Files.write(directory.file(0), Arrays.copyOf(whole, length));
      int present = length >= end(2) ? 3 : length >= end(1) ? 2 : 1;
      try (BinlogReader reader = BinlogReader.open(directory, BinlogOffset.ZERO)) {
        for (int i = 0; i < present; i++) {
          assertThat(reader.next().kind()).isEqualTo(Kind.ITEM);
        }
        BinlogReader.Read last = reader.next();
        boolean isWhole = length == end(present - 1);
        assertThat(last.kind())
            .as("length %d", length)
            .isEqualTo(isWhole ? Kind.END : Kind.TORN_TAIL);
        assertThat(last.start()).isEqualTo(items.get(present - 1).end());
      }
    }
  }

  @Test
  void everyFlippedBitGivesAnItemAnEndOrTheDocumentedError() throws IOException {
    byte[] whole = Files.readAllBytes(directory.file(0));
    int from = (int) end(0);
    for (int bit = from * 8; bit < (from + 80) * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(directory.file(0), flipped);
      try (BinlogReader reader = BinlogReader.open(directory, items.get(0).end())) {
        BinlogReader.Read read = reader.next();
        while (read.kind() == Kind.ITEM || read.kind() == Kind.PADDING) {
          assertThat(read.item().length).isLessThan(1_000);
          read = reader.next();
        }
      } catch (BinlogCorruptException e) {
        assertThat(e.offset()).isBetween((long) from, (long) whole.length);
        assertThat(e.expected()).isNotEmpty();
        assertThat(e.found()).isNotEmpty();
      }
    }
  }

  @Test
  void takesAnythingMissingBeforeTheLimitForDamage() throws IOException {
    BinlogOffset limit = items.get(2).end();
    BinlogFixture.truncate(directory.file(0), end(2) - 1);
    try (BinlogReader reader =
        BinlogReader.open(directory, items.get(0).end(), items.get(1).end())) {
      assertThat(reader.next(items.get(1).end()).kind()).isEqualTo(Kind.ITEM);
      assertThatExceptionOfType(BinlogCorruptException.class)
          .isThrownBy(() -> reader.next(limit))
          .withMessage(
              "file=%s offset=%d expected=a file of %d bytes found=its end",
              directory.file(0), end(2) - 1, end(2));
    }
  }

  @Test
  void looksAtNothingBehindItsLimit() throws IOException {
    try (BinlogReader reader = BinlogReader.open(directory, BinlogOffset.ZERO, BinlogOffset.ZERO)) {
      assertThat(reader.next(BinlogOffset.ZERO).kind()).isEqualTo(Kind.END);
      for (BinlogRecord item : items) {
        assertThat(reader.next(item.end()).toRecord().end()).isEqualTo(item.end());
        assertThat(reader.next(item.end()).kind()).isEqualTo(Kind.END);
      }
    }
  }

  @Test
  void followsAWriterFromFileToFile() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, BinlogFixture.settings(300));
        BinlogReader reader = BinlogReader.open(directory, writer.producer(), writer.producer())) {
      for (int i = 0; i < 50; i++) {
        BinlogOffset end = writer.appendOwn(List.of(BinlogFixture.set(i)), 1);
        BinlogReader.Read read = reader.next(end);
        assertThat(read.kind()).isEqualTo(Kind.ITEM);
        assertThat(read.end()).isEqualTo(end);
        assertThat(reader.next(end).kind()).isEqualTo(Kind.END);
      }
      assertThat(writer.producer().filenum()).isGreaterThan(5);
    }
  }

  @Test
  void readsOverZerosAtTheEndOfAFileThatIsNotTheLast() throws IOException {
    Files.write(directory.file(0), new byte[100_000], StandardOpenOption.APPEND);
    writeSecondFile();
    assertThat(RecordedBinlog.readAll(temp, BinlogOffset.ZERO)).hasSize(4);
  }

  @Test
  void takesATornItemInAFileThatIsNotTheLastForDamage() throws IOException {
    BinlogFixture.truncate(directory.file(0), end(2) - 1);
    writeSecondFile();
    assertThatExceptionOfType(BinlogCorruptException.class)
        .isThrownBy(() -> RecordedBinlog.readAll(temp, BinlogOffset.ZERO));
  }

  @Test
  void takesAHoleInAFileThatIsNotTheLastForDamage() throws IOException {
    byte[] bytes = Files.readAllBytes(directory.file(0));
    Arrays.fill(bytes, (int) end(1), (int) end(1) + 20, (byte) 0);
    Files.write(directory.file(0), bytes);
    writeSecondFile();
    assertThatExceptionOfType(BinlogCorruptException.class)
        .isThrownBy(() -> RecordedBinlog.readAll(temp, BinlogOffset.ZERO));
  }

  @Test
  void knowsWhenItsFileWasReplacedOrPurged() throws IOException {
    try (BinlogReader reader = BinlogReader.open(directory, BinlogOffset.ZERO)) {
      assertThat(reader.isCurrent()).isTrue();
      Files.move(directory.file(0), temp.resolve("kept"));
      assertThat(reader.isCurrent()).isFalse();
      Files.copy(temp.resolve("kept"), directory.file(0));
      assertThat(reader.isCurrent()).isFalse();
    }
  }

  @Test
  void listsMeasuresAndPurgesFiles() throws IOException {
    for (String name : List.of("write2file10", "write2file2", "write2file01", "write2filex")) {
      Files.write(temp.resolve(name), new byte[7]);
    }
    assertThat(directory.filenums()).containsExactly(0, 2, 10);
    assertThat(directory.sizeBytes()).isEqualTo(end(2) + 14);
    assertThat(BinlogDirectory.filenumOf("write2file4294967295")).contains(-1);
    assertThat(BinlogDirectory.filenumOf("write2file4294967296")).isEmpty();
    assertThat(directory.purgeBefore(10)).containsExactly(0, 2);
    assertThat(directory.filenums()).containsExactly(10);
  }

  private void writeSecondFile() throws IOException {
    BinlogRecord first = next(new BinlogOffset(1, 0), 100);
    Path other = temp.resolve("other");
    try (BinlogWriter writer = BinlogWriter.open(other, SETTINGS)) {
      writer.append(List.of(first));
    }
    Files.move(other.resolve("write2file1"), directory.file(1));
  }

  private long end(int item) {
    return items.get(item).end().offset();
  }
}
