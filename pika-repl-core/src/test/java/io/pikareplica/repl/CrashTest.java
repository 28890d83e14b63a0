package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplConfig.Fsync;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders as a kill leaves them: copies made between two steps. Commands that cannot be run twice
 * show what was lost or doubled.
 */
class CrashTest {
  @TempDir Path folder;
  @TempDir Path crashed;
  private DbFixture fixture;
  private final RecordingListener listener = new RecordingListener();

  @BeforeEach
  void open() throws ReplicationException {
    fixture = new DbFixture(folder);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  static void copy(Path from, Path to) {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Items whose effects go to all instances. */
  private void push(int number) {
    ReplicatedBatch.Entry[] entries = new ReplicatedBatch.Entry[6];
    for (int i = 0; i < 6; i++) {
      entries[i] = fixture.item("rpush", "list" + i, "" + number);
    }
    fixture.take(entries);
  }

  private void assertLists(LocalDb db, String expected) {
    fixture.close();
    fixture.db = db;
    for (int i = 0; i < 6; i++) {
      fixture.assertReads(expected, "lrange", "list" + i, "0", "-1");
    }
  }

  private LocalDb openCrashed() throws ReplicationException {
    return LocalDb.open(0, DbFixture.config(crashed, Fsync.NO), listener);
  }

  /** W-1. */
  @Test
  void whatWasAppendedButNotCommittedIsAppliedAtTheStart() throws ReplicationException {
    push(1);
    fixture.listener.onAppended = end -> copy(folder, crashed);
    push(2);
    BinlogOffset end = fixture.db.received();
    LocalDb db = openCrashed();
    assertThat(db.received()).isEqualTo(end);
    assertThat(db.applied()).isEqualTo(end);
    assertThat(db.needsFullSync()).isEmpty();
    assertLists(db, "1,2");
  }

  @Test
  void whatOnlySomeInstancesHaveIsAppliedToTheOthersOnly() throws ReplicationException {
    push(1);
    fixture.listener.onAppended = end -> copy(folder, crashed);
    push(2);
    fixture.db.close();
    // killed between the commits of two instances
    copy(folder.resolve("db/db0/1"), emptied(crashed.resolve("db/db0/1")));
    assertLists(openCrashed(), "1,2");
  }

  static Path emptied(Path path) {
    try (Stream<Path> all = Files.walk(path)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aShorterBinlogTakesTheItemsAgainAndTheDataDoesNot() throws ReplicationException {
    push(1);
    BinlogOffset first = fixture.db.received();
    copy(folder.resolve("log"), crashed.resolve("log"));
    fixture.masterAt(first);
    ReplicatedBatch.Entry second = fixture.item("rpush", "list0", "2");
    fixture.take(second);
    fixture.db.close();
    copy(folder.resolve("db"), crashed.resolve("db"));
    LocalDb db = openCrashed();
    assertThat(db.received()).isEqualTo(first);
    assertThat(db.applied()).isEqualTo(first);
    fixture.db = db;
    fixture.take(second);
    assertThat(db.received()).isEqualTo(second.end());
    fixture.assertReads("1,2", "lrange", "list0", "0", "-1");
    fixture.take(fixture.item("rpush", "list0", "3"));
    fixture.assertReads("1,2,3", "lrange", "list0", "0", "-1");
  }

  @Test
  void aShorterBinlogBeginsAnewWhenThisNodeBecomesAMaster() throws ReplicationException {
    copy(folder.resolve("log"), crashed.resolve("log"));
    push(1);
    BinlogOffset end = fixture.db.received();
    fixture.db.close();
    copy(folder.resolve("db"), crashed.resolve("db"));
    fixture.db = openCrashed();
    fixture.db.setWritable(true);
    for (int i = 0; i < 6; i++) {
      DbFixture.await(fixture.db.execute(List.of(DbFixture.call("rpush", "list" + i, "2"))));
    }
    assertThat(fixture.db.received().isAfter(end)).isTrue();
    fixture.db.close();
    assertLists(openCrashed(), "1,2");
  }

  @Test
  void aBinlogThatIsPurgedBelowTheDataNeedsAFullSync() throws Exception {
    copy(folder.resolve("db"), crashed.resolve("db"));
    fixture.take(fixture.item("set", "a", "1"), fixture.itemAfterRoll("set", "b", "1"));
    copy(folder.resolve("log"), crashed.resolve("log"));
    Files.delete(crashed.resolve("log/log_db0/write2file0"));
    try (LocalDb db = openCrashed()) {
      assertThat(db.needsFullSync().orElseThrow())
          .startsWith("the data stands at 0:0 and cannot be brought to the binlog's end at 1:");
      assertThat(db.applied()).isEqualTo(BinlogOffset.ZERO);
    }
    try (LocalDb again = openCrashed()) {
      assertThat(again.needsFullSync()).isPresent();
    }
  }

  @Test
  void aDamagedBinlogIsKeptAsideAndNeedsAFullSync() throws Exception {
    push(1);
    fixture.db.close();
    copy(folder, crashed);
    Files.delete(crashed.resolve("log/log_db0/write2file0"));
    try (LocalDb db = openCrashed()) {
      assertThat(db.needsFullSync().orElseThrow()).startsWith("the binlog was damaged: ");
      assertThat(crashed.resolve("log/log_db0.damaged/manifest")).exists();
      assertThat(db.received()).isEqualTo(fixture.db.received());
    }
  }
}
