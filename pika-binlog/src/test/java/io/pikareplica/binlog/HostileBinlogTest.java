package io.pikareplica.binlog;

import static io.pikareplica.binlog.BinlogFixture.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.hostile.HostileBytes;
import io.pikareplica.binlog.hostile.HostileFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Binlog folders whose files hold anything at all: a real Pika's, and worse. */
class HostileBinlogTest {
  /** A block, and the room for an item over several, are allocated whatever there is. */
  private static final long FIXED_BYTES = 1 << 20;

  @TempDir Path temp;

  private BinlogDirectory directory;
  private byte[] recorded;
  private BinlogOffset recordedEnd;
  private byte[] overABlock;
  private BinlogOffset firstEnd;
  private BinlogOffset overABlockEnd;

  @BeforeEach
  void takeTheBeginningOfARealFile() throws IOException {
    Path zip = temp.resolve("recorded");
    RecordedBinlog.unzip("pika-4.0.1/binlog.zip", zip);
    recordedEnd = RecordedBinlog.readAll(zip.resolve("log_db0"), BinlogOffset.ZERO).get(5).end();
    byte[] whole = Files.readAllBytes(zip.resolve("log_db0/write2file0"));
    recorded = Arrays.copyOf(whole, (int) recordedEnd.offset());

    Path large = temp.resolve("large");
    try (BinlogWriter writer = BinlogWriter.open(large, SETTINGS)) {
      firstEnd = writer.appendOwn(List.of(BinlogFixture.set(65_300)), 1);
      writer.appendOwn(List.of(BinlogFixture.set(400)), 1);
      overABlockEnd = writer.appendOwn(List.of(BinlogFixture.set(10)), 1);
    }
    overABlock = Files.readAllBytes(large.resolve("write2file0"));
    directory = new BinlogDirectory(Files.createDirectory(temp.resolve("log")));
  }

  @Test
  void aFileIsReadToItsEndToItsTornTailOrToDamage() {
    HostileBytes.Report report =
        HostileBytes.against("binlog at rest", this::readAtRest)
            .refusedBy(BinlogCorruptException.class)
            .allocating(FIXED_BYTES, 20)
            .watching(BinlogReader.class, RecordFile.class)
            .sample(recorded)
            .sample(overABlock, 0, 44, 65_420, 65_620)
            .bad(new byte[100_000])
            .run();
    assertThat(report.fuzzed()).isPositive();
  }

  @Test
  void upToALimitAFileIsReadOrDamaged() {
    HostileBytes.against("binlog up to a limit", this::readToTheLimit)
        .refusedBy(BinlogCorruptException.class)
        .allocating(FIXED_BYTES, 20)
        .watching(BinlogReader.class, RecordFile.class)
        .sample(recorded)
        .bad(overABlock, new byte[100_000])
        .run();
  }

  @Test
  void aWriterFindsAnEndInAnyFile() {
    HostileBytes.against("recovery of a file", this::recoverData)
        .refusedBy(BinlogCorruptException.class)
        .allocating(4 * FIXED_BYTES, 40)
        .watching(BinlogRecovery.class, BinlogReader.class, RecordFile.class)
        .sample(overABlock, 0, 44, 65_420, 65_620)
        .bad(recorded, new byte[100_000])
        .run();
  }

  @Test
  void aWriterFindsAnEndUnderAnyManifest() throws IOException {
    Files.write(directory.file(0), overABlock);
    byte[] manifest = manifest(overABlockEnd);
    HostileBytes.against("manifest", this::recoverManifest)
        .refusedBy(BinlogCorruptException.class)
        .allocating(4 * FIXED_BYTES, 40)
        .watching(BinlogRecovery.class, BinlogManifest.class)
        .sample(manifest)
        .sample(Files.readAllBytes(temp.resolve("recorded/log_db0/manifest")), 0, 24)
        .sample(Arrays.copyOf(manifest, BinlogManifest.FILE_BYTES), 0, 32)
        .run();
  }

  private void readAtRest(byte[] bytes, int pieceBytes, Consumer<Object> found) throws IOException {
    HostileFile.write(directory.file(0), bytes);
    try (BinlogReader reader = BinlogReader.open(directory, BinlogOffset.ZERO)) {
      BinlogReader.Read read;
      do {
        read = reader.next();
        note(read, found);
      } while (isStep(read));
    }
  }

  private void readToTheLimit(byte[] bytes, int pieceBytes, Consumer<Object> found)
      throws IOException {
    HostileFile.write(directory.file(0), bytes);
    BinlogOffset limit = new BinlogOffset(0, bytes.length);
    try (BinlogReader reader = BinlogReader.open(directory, BinlogOffset.ZERO, limit)) {
      BinlogReader.Read read;
      do {
        read = reader.next(limit);
        assertThat(read.kind()).isNotEqualTo(BinlogReader.Kind.TORN_TAIL);
        note(read, found);
      } while (isStep(read));
    }
  }

  private static boolean isStep(BinlogReader.Read read) {
    return read.kind() == BinlogReader.Kind.ITEM || read.kind() == BinlogReader.Kind.PADDING;
  }

  private static void note(BinlogReader.Read read, Consumer<Object> found) {
    assertThat(read.end()).isGreaterThanOrEqualTo(read.start());
    found.accept(List.of(read.kind(), read.start(), read.end(), ByteBuffer.wrap(read.item())));
  }

  private void recoverData(byte[] bytes, int pieceBytes, Consumer<Object> found)
      throws IOException {
    HostileFile.write(directory.file(0), bytes);
    HostileFile.write(directory.manifest(), manifest(firstEnd));
    found.accept(recovered());
  }

  private void recoverManifest(byte[] bytes, int pieceBytes, Consumer<Object> found)
      throws IOException {
    HostileFile.write(directory.manifest(), bytes);
    found.accept(recovered());
  }

  /** The end that is found is one that can be read on from. */
  private BinlogRecovery.Result recovered() throws IOException {
    BinlogRecovery.Result result = BinlogRecovery.run(directory, BinlogSettings.Force.NEVER);
    BinlogReader.open(directory, result.end().producer()).close();
    return result;
  }

  private static byte[] manifest(BinlogOffset producer) {
    ByteBuffer out = ByteBuffer.allocate(BinlogManifest.USED_BYTES);
    new BinlogManifest(producer, 3, 0).put(out);
    return out.array();
  }
}
