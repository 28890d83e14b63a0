package io.pikareplica.repl.sim;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.repl.sync.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulated disk keeps and loses what a real one does. */
class SimDiskTest {
  private static final RandomGenerator WORST = () -> 0L;

  private final SimDisk disk = new SimDisk(() -> 42);
  private final Path folder = disk.path("/a");
  private final Path file = folder.resolve("file");

  @BeforeEach
  void makeFolder() throws IOException {
    Files.createDirectories(folder);
    DurableFiles.forceFolder(disk.path("/"));
  }

  private void write(Path to, String text, boolean force) throws IOException {
    try (FileChannel channel =
        FileChannel.open(to, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
      if (force) {
        channel.force(true);
      }
    }
  }

  @Test
  void aKillLosesNothing() throws IOException {
    write(file, "text", false);
    disk.kill();
    assertThat(Files.readString(file)).isEqualTo("text");
    assertThat(Files.getLastModifiedTime(file).toMillis()).isEqualTo(42);
  }

  @Test
  void aPowerLossTakesBytesThatWereNotForced() throws IOException {
    write(file, "text", true);
    DurableFiles.forceFolder(folder);
    write(file, "other text", false);
    disk.powerLoss(WORST, false);
    assertThat(Files.readString(file)).isEqualTo("text");
  }

  @Test
  void aPowerLossMayTakeAnyPartOfWhatWasNotForced() throws IOException {
    Set<String> found = new HashSet<>();
    for (int seed = 0; seed < 500; seed++) {
      SimDisk other = new SimDisk(() -> 0);
      Path text = other.path("/file");
      write(text, "abc", true);
      DurableFiles.forceFolder(other.path("/"));
      try (FileChannel channel = FileChannel.open(text, StandardOpenOption.APPEND)) {
        channel.write(ByteBuffer.wrap("def".getBytes(US_ASCII)));
      }
      other.powerLoss(new SplittableRandom(seed), true);
      found.add(Files.readString(text));
    }
    assertThat(found).containsExactlyInAnyOrder("abc", "abcd", "abcde", "abcdef", "abc\0\0\0");
  }

  @Test
  void aPowerLossTakesNamesThatWereNotForced() throws IOException {
    write(file, "text", true);
    disk.powerLoss(WORST, false);
    assertThat(file).doesNotExist();
    assertThat(folder).isDirectory();
  }

  @Test
  void namesChangeInTheirOrder() throws IOException {
    Path other = disk.path("/b");
    Files.createDirectory(other);
    write(other.resolve("first"), "1", true);
    write(file, "2", true);
    write(other.resolve("third"), "3", true);
    DurableFiles.forceFolder(folder);
    disk.powerLoss(WORST, false);
    assertThat(other.resolve("first")).exists();
    assertThat(file).exists();
    assertThat(other.resolve("third")).doesNotExist();
  }

  @Test
  void aRenameReplacesInOneStep() throws IOException {
    write(file, "old", true);
    Path next = folder.resolve("next");
    write(next, "new", true);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    assertThat(Files.readString(file)).isEqualTo("new");
    assertThat(next).doesNotExist();
  }

  @Test
  void anOpenFileIsStillThereWhenItsNameIsGone() throws IOException {
    write(file, "text", true);
    Object key =
        Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
      Files.delete(file);
      write(file, "another", true);
      ByteBuffer bytes = ByteBuffer.allocate(10);
      assertThat(open.read(bytes)).isEqualTo(4);
      assertThat(
              Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                  .fileKey())
          .isNotEqualTo(key);
    }
  }

  @Test
  void theChangeThatIsTheLastIsHalfDoneAndNothingComesAfterIt() throws IOException {
    write(file, "text", true);
    disk.crashAfter(1, 2);
    assertThatThrownBy(() -> write(file, "XXXX", true)).isInstanceOf(SimCrash.class);
    assertThat(disk.isDead()).isTrue();
    assertThatThrownBy(() -> Files.readString(file)).isInstanceOf(SimCrash.class);
    disk.kill();
    assertThat(Files.readString(file)).isEqualTo("XXxt");
  }

  @Test
  void whatAnEarlierLifeHasOpenedIsOfNoUse() throws IOException {
    write(file, "text", true);
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
      disk.kill();
      assertThatThrownBy(() -> open.write(ByteBuffer.wrap(new byte[1])))
          .isInstanceOf(SimCrash.class);
    }
  }

  @Test
  void aChangeMayFail() throws IOException {
    disk.faults(
        (change, path, bytes) -> {
          if (change == SimDisk.Change.DELETE) {
            throw new IOException("Input/output error");
          }
          return Math.max(1, bytes / 2);
        });
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(channel.write(ByteBuffer.wrap(new byte[10]))).isEqualTo(5);
    }
    assertThatThrownBy(() -> Files.delete(file)).hasMessage("Input/output error");
    assertThatThrownBy(() -> Files.delete(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }
}
