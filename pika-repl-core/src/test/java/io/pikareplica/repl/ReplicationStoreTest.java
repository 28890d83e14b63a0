package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.repl.sim.SimDisk;
import io.pikareplica.repl.sync.SealedText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicationStoreTest {
  private static final HostPort MASTER = new HostPort("pika.example", 9221);

  @TempDir Path folder;

  private ReplicationStore open() throws ReplicationException {
    return ReplicationStore.open(folder);
  }

  @Test
  void knowsNothingAtFirst() throws Exception {
    assertThat(open().content()).isEqualTo(ReplicationStore.Content.EMPTY);
  }

  @Test
  void knowsEverythingAgainAfterARestart() throws Exception {
    ReplicationStore store = open();
    store.adoptLineage("abc");
    store.attached();
    store.master(Optional.of(MASTER));
    store.fileSizeBytes(131_072);
    store.heard(1_795_343_859_000L);
    assertThat(open().content())
        .isEqualTo(
            new ReplicationStore.Content(
                "abc", true, Optional.of(MASTER), 1_795_343_859_000L, OptionalLong.of(131_072)));
  }

  @Test
  void anotherHistoryHasYetToBeAttachedTo() throws Exception {
    ReplicationStore store = open();
    store.adoptLineage("abc");
    store.attached();
    store.adoptLineage("abc");
    assertThat(store.content().attached()).isTrue();
    store.adoptLineage("def");
    assertThat(open().content().attached()).isFalse();
  }

  @Test
  void whatWasAMasterHasYetToBeAttachedAgain() throws Exception {
    ReplicationStore store = open();
    store.adoptLineage("abc");
    store.attached();
    store.detached();
    assertThat(open().content().attached()).isFalse();
    assertThat(open().content().replicationId()).isEqualTo("abc");
  }

  @Test
  void writesTheTimeOfTheLastMessageNowAndThenOnly() throws Exception {
    ReplicationStore store = open();
    store.heard(100_000);
    store.heard(100_500);
    assertThat(open().content().lastMessageWallMs()).isEqualTo(100_000);
    store.heard(102_000);
    assertThat(open().content().lastMessageWallMs()).isEqualTo(102_000);
  }

  @Test
  void aTimeThatWasNotWrittenWholeCountsForNothing() throws Exception {
    open().adoptLineage("abc");
    for (String text : List.of("", "1795343859", "soon\n", "\0\0\0")) {
      Files.writeString(folder.resolve(ReplicationStore.HEARD_FILE), text);
      assertThat(open().content().lastMessageWallMs()).as(text).isZero();
    }
  }

  /** What is renamed into its place without having been forced may turn out to be empty. */
  @Test
  void aPowerLossTakesNothingButTheTimeOfTheLastMessage() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      SimDisk disk = new SimDisk(() -> 0);
      ReplicationStore store = ReplicationStore.open(disk.path("/db"));
      store.adoptLineage("abc");
      store.attached();
      store.master(Optional.of(MASTER));
      store.heard(1_795_343_859_000L);
      disk.powerLoss(new SplittableRandom(seed), true);
      ReplicationStore.Content found = ReplicationStore.open(disk.path("/db")).content();
      assertThat(found.heardAt(1_795_343_859_000L)).as("seed %d", seed).isEqualTo(store.content());
      assertThat(found.lastMessageWallMs()).isIn(0L, 1_795_343_859_000L);
    }
  }

  @Test
  void aFileThatCannotBeReadStopsTheStart() throws Exception {
    Files.writeString(
        folder.resolve(ReplicationStore.FILE),
        SealedText.seal("replication-id=a\nlast-message-ms=soon\n"));
    assertThatThrownBy(this::open)
        .isInstanceOf(ReplicationException.class)
        .hasMessageStartingWith(
            "cannot read " + folder.resolve(ReplicationStore.FILE) + ": For input string");
  }

  @Test
  void aFileThatWasChangedStopsTheStart() throws Exception {
    Files.writeString(folder.resolve(ReplicationStore.FILE), "replication-id=a\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(ReplicationException.class)
        .hasMessage(
            "cannot read "
                + folder.resolve(ReplicationStore.FILE)
                + ": its last line is not the checksum of what stands before");
  }

  @Test
  void leavesNoHalfWrittenFileBehind() throws Exception {
    open().adoptLineage("abc");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve(ReplicationStore.FILE));
    }
  }
}
