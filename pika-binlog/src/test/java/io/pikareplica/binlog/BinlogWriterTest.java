package io.pikareplica.binlog;

import static io.pikareplica.binlog.BinlogFixture.SETTINGS;
import static io.pikareplica.binlog.BinlogFixture.next;
import static io.pikareplica.binlog.BinlogFixture.set;
import static io.pikareplica.binlog.BinlogFixture.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BinlogWriterTest {
  @TempDir Path temp;

  /** W-2. */
  @ParameterizedTest
  @CsvSource({"pika-4.0.1,db0", "pika-4.0.1,db1", "pika-4.0.0,db0", "pika-4.0.0,db1"})
  void writesTheItemsOfARealMasterToTheSameBytes(String version, String db) throws IOException {
    RecordedBinlog.unzip(version + "/binlog.zip", temp);
    Path theirs = temp.resolve("log_" + db);
    List<BinlogRecord> items = RecordedBinlog.readAll(theirs, BinlogOffset.ZERO);

    Path ours = temp.resolve("ours");
    try (BinlogWriter writer = BinlogWriter.open(ours, SETTINGS)) {
      for (int from = 0; from < items.size(); from += 100) {
        writer.append(items.subList(from, Math.min(from + 100, items.size())));
      }
    }

    assertSameFiles(ours, theirs);
  }

  @ParameterizedTest
  @CsvSource({"pika-4.0.1,db0", "pika-4.0.1,db1", "pika-4.0.0,db0", "pika-4.0.0,db1"})
  void writesTheCommandsOfARealMasterToTheSameBytes(String version, String db) throws IOException {
    RecordedBinlog.unzip(version + "/binlog.zip", temp);
    Path theirs = temp.resolve("log_" + db);

    Path ours = temp.resolve("ours");
    try (BinlogWriter writer = BinlogWriter.open(ours, settings(131_072))) {
      for (BinlogRecord record : RecordedBinlog.readAll(theirs, BinlogOffset.ZERO)) {
        BinlogItem item = BinlogItemCodec.decode(record.item());
        BinlogOffset end = writer.appendOwn(List.of(item.content()), item.execTimeSeconds());
        assertThat(end).isEqualTo(record.end());
      }
    }

    assertSameFiles(ours, theirs);
  }

  @Test
  void writesTheGoldenRecordAndManifest() throws IOException {
    BinlogOffset start = new BinlogOffset(3, 1024);
    try (BinlogWriter writer = BinlogWriter.createAt(temp, start, SETTINGS)) {
      writer.append(List.of(new BinlogRecord(new BinlogOffset(3, 1093), ItemCodecTest.GOLDEN)));
    }

    byte[] file = Files.readAllBytes(temp.resolve("write2file3"));
    assertThat(file).hasSize(1093);
    assertThat(HexFormat.of().formatHex(file, 1024, 1032)).isEqualTo("3d00003c2b1a6701");
    assertThat(Arrays.copyOfRange(file, 1032, 1093)).isEqualTo(ItemCodecTest.GOLDEN);
    byte[] manifest = Files.readAllBytes(temp.resolve("manifest"));
    assertThat(manifest).hasSize(65_536);
    assertThat(HexFormat.of().formatHex(manifest, 0, 24))
        .isEqualTo("030000004504000000000000010000000000000000000000");
  }

  @Property(tries = 60)
  void itemsOfAnySizeComeBackAndTheirEndsAreWhereTheRuleSays(
      @ForAll @IntRange(max = 16) int leftInFirstBlock,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 35, max = 140_000) Integer> lengths)
      throws IOException {
    Path folder = Files.createTempDirectory("binlog");
    // A first item brings the end to where the others are to begin.
    List<BinlogRecord> written = new ArrayList<>();
    written.add(next(BinlogOffset.ZERO, 65_536 - leftInFirstBlock - 8));
    for (int length : lengths) {
      written.add(next(written.get(written.size() - 1).end(), length));
    }
    BinlogOffset end = written.get(written.size() - 1).end();
    try (BinlogWriter writer = BinlogWriter.open(folder, SETTINGS)) {
      assertThat(writer.append(written)).isEqualTo(end);
    }

    List<BinlogRecord> read = RecordedBinlog.readAll(folder, BinlogOffset.ZERO);
    assertThat(read).hasSameSizeAs(written);
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.get(i).end()).isEqualTo(written.get(i).end());
      assertThat(Arrays.equals(read.get(i).item(), written.get(i).item())).isTrue();
    }
    for (BinlogRecord record : written) {
      BinlogReader.open(new BinlogDirectory(folder), record.end()).close();
    }
    deleteAll(folder);
  }

  @Test
  void rollsToTheNextFileWhenTheCurrentOneIsLongerThanTheLimit() throws IOException {
    byte[] content = set(0);
    try (BinlogWriter writer = BinlogWriter.open(temp, settings(136))) {
      assertThat(writer.appendOwn(List.of(content), 1)).isEqualTo(new BinlogOffset(0, 68));
      // A file of exactly the limit takes one more.
      assertThat(writer.appendOwn(List.of(content, content), 1))
          .isEqualTo(new BinlogOffset(0, 204));
      assertThat(writer.appendOwn(List.of(content), 1)).isEqualTo(new BinlogOffset(1, 68));
      assertThat(writer.logicId()).isEqualTo(4);
    }

    BinlogRecord last = RecordedBinlog.readAll(temp, BinlogOffset.ZERO).get(3);
    BinlogItem item = BinlogItemCodec.decode(last.item());
    assertThat(new BinlogOffset(item.filenum(), item.offset())).isEqualTo(new BinlogOffset(0, 204));
  }

  /** W-2. */
  @Test
  void followsTheMasterIntoTheNextFileWhateverTheLengthOfThisOne() throws IOException {
    BinlogRecord first = next(BinlogOffset.ZERO, 100);
    BinlogRecord second = next(new BinlogOffset(1, 0), 200);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.append(List.of(first, second))).isEqualTo(new BinlogOffset(1, 208));
    }
    assertThat(RecordedBinlog.readAll(temp, BinlogOffset.ZERO)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"0,109", "0,107", "0,8", "1,208", "2,108", "4294967295,108"})
  void writesNothingOfABatchThatDoesNotFitInPlace(long filenum, long offset) throws IOException {
    BinlogRecord first = next(BinlogOffset.ZERO, 50);
    BinlogOffset wrongEnd = new BinlogOffset((int) filenum, offset);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      BinlogRecord wrong = new BinlogRecord(wrongEnd, BinlogFixture.item(100, BinlogOffset.ZERO));
      assertThatExceptionOfType(BinlogContinuityException.class)
          .isThrownBy(() -> writer.append(List.of(first, wrong)));

      assertThat(writer.producer()).isEqualTo(BinlogOffset.ZERO);
      assertThat(Files.size(temp.resolve("write2file0"))).isZero();
      assertThat(writer.append(List.of(first))).isEqualTo(first.end());
    }
  }

  /** W-14. */
  @ParameterizedTest
  @ValueSource(longs = {0, 3, 8, 9, 1024, 65_535, 65_536, 65_537 + 8, 200_000})
  void resetLeavesNothingButFillerUpToTheOffset(long offset) throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, settings(100))) {
      writer.appendOwn(List.of(set(90), set(90), set(90)), 1);
      BinlogOffset wanted = new BinlogOffset(7, offset);

      BinlogOffset effective = writer.reset(wanted);

      assertThat(effective).isEqualTo(new BinlogOffset(7, offset < 8 ? 0 : offset));
      assertThat(writer.directory().filenums()).containsExactly(7);
      BinlogRecord first = next(effective, 500);
      writer.append(List.of(first));
      assertThat(RecordedBinlog.readAll(temp, effective)).hasSize(1);
    }
    try (BinlogWriter again = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(again.logicId()).isEqualTo(1);
    }
  }

  @Test
  void resetLowersAnOffsetThatFillerCannotReach() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.reset(new BinlogOffset(1, 65_540))).isEqualTo(new BinlogOffset(1, 65_536));
    }
  }

  @Test
  void forceTellsUpToWhereTheBinlogIsDurable() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      BinlogOffset end = writer.appendOwn(List.of(set(1)), 1);
      assertThat(writer.force()).isEqualTo(end);
    }
  }

  @ParameterizedTest
  @EnumSource(BinlogSettings.Force.class)
  void writesTheSameHoweverOftenItForces(BinlogSettings.Force force) throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, settings(100, force))) {
      writer.appendOwn(List.of(set(90), set(90), set(90)), 1);
      assertThat(writer.directory().filenums()).containsExactly(0, 1, 2);
      assertThat(writer.force()).isEqualTo(writer.producer());
    }
    try (BinlogWriter again = BinlogWriter.open(temp, settings(100, force))) {
      assertThat(again.logicId()).isEqualTo(3);
    }
    assertThat(RecordedBinlog.readAll(temp, BinlogOffset.ZERO)).hasSize(3);
  }

  @Test
  void doesNotForceWhatIsClosed() throws IOException {
    BinlogWriter writer = BinlogWriter.open(temp, SETTINGS);
    writer.close();
    assertThatExceptionOfType(IOException.class).isThrownBy(writer::force);
  }

  @Test
  void beginsAnewOverWhateverTheFolderHeld() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, settings(100))) {
      writer.appendOwn(List.of(set(90), set(90), set(90)), 1);
    }
    BinlogOffset wanted = new BinlogOffset(1, 500);
    try (BinlogWriter writer = BinlogWriter.createAt(temp, wanted, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(wanted);
      assertThat(writer.directory().filenums()).containsExactly(1);
    }
  }

  @Test
  void refusesAnItemWithoutBytesAndOneOfAFileFarAhead() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      BinlogRecord first = next(BinlogOffset.ZERO, 50);
      for (BinlogRecord bad :
          List.of(
              new BinlogRecord(first.end(), new byte[0]),
              new BinlogRecord(new BinlogOffset(2, first.end().offset()), first.item()))) {
        assertThatExceptionOfType(BinlogContinuityException.class)
            .isThrownBy(() -> writer.append(List.of(bad)));
      }
      assertThat(writer.append(List.of(first))).isEqualTo(first.end());
    }
  }

  @Test
  void refusesAFileSizeAndAnOffsetThatAreNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> settings(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new BinlogOffset(0, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> new BinlogOffset(0, 1L << 32));
  }

  @Test
  void takesNothingMoreAfterAFailedWrite() throws IOException {
    BinlogWriter writer = BinlogWriter.open(temp, SETTINGS);
    writer.close();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> writer.appendOwn(List.of(set(1)), 1));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> writer.appendOwn(List.of(set(1)), 1))
        .withMessage("an earlier append to " + temp + " failed");
  }

  /** Compares with a folder of Pika's: times aside, and the zeros that it allocates ahead. */
  private static void assertSameFiles(Path ours, Path theirs) throws IOException {
    BinlogDirectory directory = new BinlogDirectory(ours);
    assertThat(directory.filenums()).isEqualTo(new BinlogDirectory(theirs).filenums());
    assertThat(ours.resolve("manifest")).hasSameBinaryContentAs(theirs.resolve("manifest"));
    for (int filenum : directory.filenums()) {
      byte[] written = Files.readAllBytes(directory.file(filenum));
      byte[] expected = Files.readAllBytes(new BinlogDirectory(theirs).file(filenum));
      byte[] tail = Arrays.copyOfRange(expected, written.length, expected.length);
      assertThat(tail).isEqualTo(new byte[tail.length]);
      boolean last = filenum == directory.filenums().get(directory.filenums().size() - 1);
      assertThat(tail.length == 0 || last).isTrue();
      assertThat(withoutTimes(written))
          .isEqualTo(withoutTimes(Arrays.copyOf(expected, written.length)));
    }
  }

  private static byte[] withoutTimes(byte[] file) {
    for (int at = 0; at < file.length; ) {
      if (65_536 - at % 65_536 < 8) {
        at += 65_536 - at % 65_536;
        continue;
      }
      int length = (file[at] & 0xff) | (file[at + 1] & 0xff) << 8 | (file[at + 2] & 0xff) << 16;
      Arrays.fill(file, at + 3, at + 7, (byte) 0);
      at += 8 + length;
    }
    return file;
  }

  private static void deleteAll(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
