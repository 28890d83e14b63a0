package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
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
  void writesTheTimeOfTheLastMessageNowAndThenOnly() throws Exception {
    ReplicationStore store = open();
    store.heard(100_000);
    store.heard(100_500);
    assertThat(open().content().lastMessageWallMs()).isEqualTo(100_000);
    store.heard(102_000);
    assertThat(open().content().lastMessageWallMs()).isEqualTo(102_000);
  }

  @Test
  void aFileThatCannotBeReadStopsTheStart() throws Exception {
    Files.writeString(
        folder.resolve(ReplicationStore.FILE), "replication-id=a\nlast-message-ms=soon\n");
    assertThatThrownBy(this::open)
        .isInstanceOf(ReplicationException.class)
        .hasMessageStartingWith(
            "cannot read " + folder.resolve(ReplicationStore.FILE) + ": For input string");
  }

  @Test
  void leavesNoHalfWrittenFileBehind() throws Exception {
    open().adoptLineage("abc");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve(ReplicationStore.FILE));
    }
  }
}
