package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.hostile.HostileBytes;
import io.pikareplica.binlog.hostile.HostileFile;
import io.pikareplica.repl.sync.SealedText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small files beside the data, after a disk has had its way with them. */
class HostileStateTest {
  @TempDir Path temp;

  @Test
  void whatIsKnownOfTheMasterIsKnownWholeOrStopsTheStart() throws Exception {
    ReplicationStore store = ReplicationStore.open(temp);
    store.adoptLineage("0123456789abcdef");
    store.attached();
    store.master(Optional.of(new HostPort("127.0.0.1", 9221)));
    store.fileSizeBytes(104_857_600);
    Path file = temp.resolve(ReplicationStore.FILE);

    HostileBytes.against(
            "state of replication", (bytes, piece, found) -> found.accept(stateOf(bytes)))
        .refusedBy(ReplicationException.class)
        .refusingAllDamage()
        .allocating(256 * 1024, 60)
        .watching(SealedText.class)
        .sample(Files.readAllBytes(file))
        .bad(new byte[1 << 20])
        .run();
    HostileBytes.against(
            "state of replication behind a seal",
            (bytes, piece, found) -> {
              String text = SealedText.seal(new String(bytes, ISO_8859_1));
              found.accept(stateOf(text.getBytes(UTF_8)));
            })
        .refusedBy(ReplicationException.class)
        .allocating(256 * 1024, 100)
        .watching(ReplicationStore.class)
        .sample(SealedText.open(Files.readString(file)))
        .words("\\u00", "\\", "master-port=99999\n", "=", "-")
        .run();
  }

  private ReplicationStore.Content stateOf(byte[] bytes) throws Exception {
    HostileFile.write(temp.resolve(ReplicationStore.FILE), bytes);
    return ReplicationStore.open(temp).content();
  }

  @Test
  void anyMarkOfAFullSyncIsOne() throws IOException {
    Path data = temp.resolve("db0");
    FullSyncMark.open(data).set("another history");
    Path file = temp.resolve("db0.fullsync");
    HostileBytes.against(
            "mark of a full sync",
            (bytes, piece, found) -> {
              HostileFile.write(file, bytes);
              String reason = FullSyncMark.open(data).reason().orElseThrow();
              assertThat(reason).isNotBlank();
              assertOneLine(reason);
              found.accept(reason);
            })
        .allocating(64 * 1024, 60)
        .watching(FullSyncMark.class)
        .sample(Files.readAllBytes(file))
        .bad(new byte[100_000])
        .bad("", "\n", "a\nrole:master\n", "\u0085\u2028")
        .run();
  }

  @Test
  void aNoteOfADivergenceIsShownOrIgnored() throws IOException {
    Path data = temp.resolve("db0");
    Divergence divergence =
        new Divergence(
            1_795_343_859_000L,
            "the binlog there is shorter",
            "0123456789abcdef",
            new BinlogOffset(3, 1024),
            new BinlogOffset(3, 1000),
            new HostPort("127.0.0.1", 9221),
            "fedcba9876543210",
            Optional.of(new BinlogOffset(2, 5)),
            Divergence.Outcome.REPLACED,
            Optional.of(Path.of("/data/diverged/db0")));
    DivergenceFile.open(data).note(divergence);
    Path file = temp.resolve("db0.divergence");
    HostileBytes.against(
            "note of a divergence",
            (bytes, piece, found) -> {
              HostileFile.write(file, bytes);
              Optional<Divergence> last = DivergenceFile.open(data).last();
              last.ifPresent(
                  note -> {
                    assertOneLine(note.reason());
                    assertOneLine(note.replicationId());
                    assertOneLine(note.masterReplicationId());
                    assertOneLine(note.master().host());
                    note.kept().ifPresent(kept -> assertOneLine(kept.toString()));
                  });
              found.accept(last);
            })
        .allocating(256 * 1024, 100)
        .watching(DivergenceFile.class)
        .sample(Files.readAllBytes(file))
        .bad(new byte[100_000])
        .words("\\n", "\\u000a", "outcome=", "\\")
        .run();
  }

  private static void assertOneLine(String text) {
    assertThat(text).doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]");
  }
}
