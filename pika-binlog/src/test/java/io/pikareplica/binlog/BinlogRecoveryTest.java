package io.pikareplica.binlog;

import static io.pikareplica.binlog.BinlogFixture.SETTINGS;
import static io.pikareplica.binlog.BinlogFixture.set;
import static io.pikareplica.binlog.BinlogFixture.settings;
import static io.pikareplica.binlog.BinlogFixture.truncate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a writer makes of a folder that was not left in order. */
class BinlogRecoveryTest {
  @TempDir Path temp;

  private BinlogOffset first;
  private BinlogOffset second;
  private byte[] manifestAfterFirst;

  @BeforeEach
  void writeTwoItems() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      first = writer.appendOwn(List.of(set(10)), 1);
      manifestAfterFirst = Files.readAllBytes(manifest());
      second = writer.appendOwn(List.of(set(70_000)), 1);
    }
  }

  @Test
  void goesOnAtTheManifestAfterAnOrderlyEnd() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(second);
      assertThat(writer.logicId()).isEqualTo(2);
      assertThat(writer.lostItems()).isFalse();
    }
  }

  @Test
  void keepsAWholeItemThatTheManifestDoesNotKnow() throws IOException {
    Files.write(manifest(), manifestAfterFirst);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(second);
      assertThat(writer.logicId()).isEqualTo(2);
    }
  }

  /** There a power loss may have left holes that nothing shows. */
  @Test
  void cutsAWholeItemThatTheManifestDoesNotKnowWhereEachIsForced() throws IOException {
    Files.write(manifest(), manifestAfterFirst);
    try (BinlogWriter writer =
        BinlogWriter.open(temp, settings(1 << 20, BinlogSettings.Force.EACH))) {
      assertThat(writer.producer()).isEqualTo(first);
      assertThat(writer.logicId()).isEqualTo(1);
    }
  }

  @Test
  void cutsAnItemTornAtAnyByte() throws IOException {
    byte[] whole = Files.readAllBytes(data());
    for (int size = (int) first.offset(); size < whole.length; size += size < 200 ? 1 : 997) {
      Files.write(data(), java.util.Arrays.copyOf(whole, size));
      Files.write(manifest(), manifestAfterFirst);
      try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
        assertThat(writer.producer()).isEqualTo(first);
        assertThat(writer.lostItems()).isFalse();
      }
      assertThat(Files.size(data())).isEqualTo(first.offset());
    }
  }

  @Test
  void cutsWhatIsNoItemOrBelongsElsewhere() throws IOException {
    Files.write(manifest(), manifestAfterFirst);
    byte[] whole = Files.readAllBytes(data());
    whole[(int) first.offset() + 8 + 22] ^= 1; // the offset in the item's header
    Files.write(data(), whole);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(first);
    }
  }

  @Test
  void goesBackToTheLastWholeItemWhenDataIsMissing() throws IOException {
    truncate(data(), second.offset() - 1);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(first);
      assertThat(writer.lostItems()).isTrue();
    }
  }

  @Test
  void goesBackToTheLastWholeItemWhenDataIsZeros() throws IOException {
    byte[] whole = Files.readAllBytes(data());
    java.util.Arrays.fill(whole, 65_536, whole.length, (byte) 0);
    Files.write(data(), whole);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(first);
      assertThat(writer.lostItems()).isTrue();
    }
  }

  @Test
  void findsNothingInAFileThatBeginsInTheMiddleOfAnItem() throws IOException {
    byte[] whole = Files.readAllBytes(data());
    whole[7] = (byte) RecordType.LAST.code();
    Files.write(data(), whole);
    Files.delete(manifest());
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(BinlogOffset.ZERO);
    }
  }

  @Test
  void findsTheEndWithoutAManifest() throws IOException {
    Files.delete(manifest());
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(second);
    }
  }

  /** W-25. */
  @Test
  void takesAHalfWrittenManifestForNone() throws IOException {
    truncate(manifest(), 20);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(second);
    }
    assertThat(Files.size(manifest())).isEqualTo(65_536);
  }

  @Test
  void cutsTheZerosThatAKilledPikaLeaves() throws IOException {
    Files.write(data(), new byte[100_000], StandardOpenOption.APPEND);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(second);
    }
    assertThat(Files.size(data())).isEqualTo(second.offset());
  }

  @Test
  void dropsAFileThatARollHadOnlyCreated() throws IOException {
    Files.createFile(temp.resolve("write2file1"));
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(second);
    }
    assertThat(temp.resolve("write2file1")).doesNotExist();
  }

  @Test
  void keepsWhatARollHadWrittenIntoTheNextFile() throws IOException {
    byte[] manifest = Files.readAllBytes(manifest());
    BinlogOffset third;
    try (BinlogWriter writer = BinlogWriter.open(temp, settings(100))) {
      third = writer.appendOwn(List.of(set(10)), 1);
    }
    Files.write(manifest(), manifest);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(third).isEqualTo(new BinlogOffset(1, 79));
    }
  }

  /** The start of a file is no proof that the one before it has all its items. */
  @Test
  void goesBackToTheLastItemBeforeFilesThatAreEmpty() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, settings(100))) {
      writer.appendOwn(List.of(set(10)), 1);
      writer.appendOwn(List.of(set(200)), 1);
      writer.appendOwn(List.of(set(10)), 1);
    }
    truncate(data(), second.offset() - 1);
    truncate(temp.resolve("write2file1"), 0);
    truncate(temp.resolve("write2file2"), 0);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(first);
      assertThat(writer.lostItems()).isTrue();
      assertThat(writer.directory().filenums()).containsExactly(0);
    }
  }

  @Test
  void goesBackToTheLastItemAfterAKillInARoll() throws IOException {
    try (BinlogWriter writer = BinlogWriter.open(temp, settings(100))) {
      writer.appendOwn(List.of(set(10)), 1);
    }
    truncate(temp.resolve("write2file1"), 0);
    byte[] manifest = Files.readAllBytes(manifest());
    manifest[4] = 0; // the offset; what is written first in a roll is 1:0
    Files.write(manifest(), manifest);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(second);
    }
  }

  @ParameterizedTest
  @CsvSource({"0,50", "0,81", "0,65536", "0,200000", "1,50", "5,4000"})
  void opensAtTheOldOrTheNewOffsetWhenKilledInAReset(int filenum, long offset) throws IOException {
    byte[] before = Files.readAllBytes(manifest());
    byte[] data = Files.readAllBytes(data());
    BinlogOffset wanted = new BinlogOffset(filenum, offset);
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      writer.reset(wanted);
    }
    Files.write(manifest(), before);
    if (filenum != 0) {
      Files.write(data(), data);
    }
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(filenum == 0 ? wanted : second);
      assertThat(writer.directory().filenums()).containsExactly(0);
    }
  }

  /** W-14. */
  @Test
  void dropsTheHistoryBeforeAReset() throws IOException {
    Files.copy(data(), temp.resolve("old"));
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      writer.reset(new BinlogOffset(4, 1000));
    }
    Files.move(temp.resolve("old"), data());
    try (BinlogWriter writer = BinlogWriter.open(temp, SETTINGS)) {
      assertThat(writer.directory().filenums()).containsExactly(4);
    }
  }

  @Test
  void refusesAManifestWhoseFileIsGone() throws IOException {
    Files.delete(data());
    assertThatExceptionOfType(BinlogCorruptException.class)
        .isThrownBy(() -> BinlogWriter.open(temp, SETTINGS))
        .withMessage(
            "file=%s offset=0 expected=the file that the manifest names found=no file", data());
    try (BinlogWriter writer = BinlogWriter.createAt(temp, new BinlogOffset(9, 100), SETTINGS)) {
      assertThat(writer.producer()).isEqualTo(new BinlogOffset(9, 100));
    }
  }

  @Test
  void refusesAManifestWithAnImpossibleOffset() throws IOException {
    byte[] manifest = Files.readAllBytes(manifest());
    manifest[11] = 1;
    Files.write(manifest(), manifest);
    assertThatExceptionOfType(BinlogCorruptException.class)
        .isThrownBy(() -> BinlogWriter.open(temp, SETTINGS));
  }

  private Path data() {
    return temp.resolve("write2file0");
  }

  private Path manifest() {
    return temp.resolve("manifest");
  }
}
