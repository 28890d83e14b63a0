package io.pikareplica.repl.sync;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.netty.channel.ChannelHandlerContext;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.hostile.HostileBytes;
import io.pikareplica.binlog.hostile.HostileFile;
import io.pikareplica.proto.RsyncService;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.MetaResponse;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.repl.net.ProtocolChecks;
import io.pikareplica.repl.wire.HostileFrames;
import io.pikareplica.repl.wire.RecordedFrames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a master may send as a snapshot, and what a disk may make of the notes about one. */
class HostileSnapshotTest {
  private static final String UUID = "32c7ad6d97fee6e388fbbec6da94982c";

  @TempDir Path temp;

  @Test
  void answersOnTheFilePortAreNamesInsideTheSnapshotOrRefused() throws IOException {
    HostileBytes answers =
        HostileFrames.against("answers on the file port", RsyncResponse.parser(), () -> this::take)
            .asStream()
            .watching(ProtocolChecks.class, FileList.class)
            .words("../", "/", "0/", "0/../", "..", "\\", "\u0000", "info", "0/CURRENT", "999/x")
            .sample(frame(list("info", "0/CURRENT", "1/CURRENT", "0/000004.log")))
            .sample(frame(part("0/CURRENT", "MANIFEST-000005\n")));
    RecordedFrames.shortestOfEachType("rsync", "master").stream()
        .filter(recorded -> recorded.length < 2000)
        .forEach(answers::bad);

    assertThat(answers.run().fuzzed()).isPositive();
  }

  private void take(ChannelHandlerContext ctx, RsyncResponse response, Consumer<Object> found)
      throws FrameException {
    ProtocolChecks.check(response);
    if (response.getCode() == StatusCode.kOk && response.hasMetaResp()) {
      try {
        List<String> names = FileList.check(response.getMetaResp().getFilenamesList(), 2);
        assertThat(names).allSatisfy(HostileSnapshotTest::assertInside).doesNotHaveDuplicates();
        found.accept(names);
      } catch (ReplicationException e) {
        assertThat(e.getMessage()).hasSizeLessThan(200).matches("[ -~]+");
        found.accept(e.kind());
      }
    } else {
      found.accept(response);
    }
  }

  private static void assertInside(String name) {
    Path file = Path.of("dbsync", "db0").resolve(name);
    assertThat(file.normalize()).isEqualTo(file);
    assertThat(file.getParent().getParent()).isEqualTo(Path.of("dbsync", "db0"));
    assertThat(file.getParent().getFileName().toString()).isIn("0", "1");
  }

  @Test
  void anInfoIsAnOffsetOrRefused() {
    HostileBytes.against("info", (bytes, piece, found) -> found.accept(SnapshotInfo.parse(bytes)))
        .refusedBy(ReplicationException.class)
        .allocating(32 * 1024, 60)
        .watching(SnapshotInfo.class)
        .sample("0s\n127.0.0.1\n9221\n4294967295\n104857600\n0\n12\n")
        .sample("3s\nmaster.example\n9221\n0\n0")
        .bad(new byte[SnapshotInfo.MAX_BYTES + 1])
        .bad("0s\nh\n1\n4294967296\n0\n", "0s\nh\n1\n0\n4294967296\n", "0s\nh\n1\n-1\n+1\n")
        .run();
  }

  @Test
  void aListOfWhatHasArrivedIsTakenOrForgotten() throws IOException {
    HostileBytes.against("staging list", this::prepareStaging)
        .allocating(256 * 1024, 200)
        .watching(StagingFolder.class, DurableFiles.class)
        .sample("u1\n16 0/CURRENT\n4 0/4.log\n")
        .sample("u1\n16 0/CURRENT\nimporting\n")
        .words("importing\n", "u1", "../../x", " ", "\n")
        .run();
  }

  private void prepareStaging(byte[] bytes, int pieceBytes, Consumer<Object> found)
      throws IOException {
    HostileFile.write(temp.resolve("db0.files"), bytes);
    Files.createDirectories(temp.resolve("db0/0"));
    HostileFile.write(temp.resolve("db0/0/CURRENT"), "MANIFEST-000005\n".getBytes(ISO_8859_1));

    StagingFolder staging = new StagingFolder(temp, "db0");
    staging.prepare("u1", 1);

    found.accept(staging.has("0/CURRENT"));
    found.accept(staging.isImporting());
    try (Stream<Path> files = Files.walk(temp)) {
      assertThat(files.filter(Files::isRegularFile).map(temp::relativize).map(Path::toString))
          .isSubsetOf("db0.files", "db0/0/CURRENT");
    }
    if (!hasOurLinesOnly(new String(bytes, ISO_8859_1))) {
      assertThat(staging.has("0/CURRENT") || staging.isImporting()).isFalse();
    }
  }

  /** Of the lines that were written whole. */
  private static boolean hasOurLinesOnly(String list) {
    return list.matches("(?s)\\w+\n(importing\n|[0-9]{1,18} [0-9]{1,3}/[\\w.-]+\n)*[^\n]*");
  }

  @Test
  void aLinkInThePlaceOfAFileIsNotFollowed() throws IOException {
    Path outside = Files.writeString(temp.resolve("outside"), "MANIFEST-000005\n");
    Files.writeString(temp.resolve("db0.files"), UUID + "\n16 0/CURRENT\n");
    Files.createDirectories(temp.resolve("db0/0"));
    Files.createSymbolicLink(temp.resolve("db0/0/CURRENT"), outside);
    StagingFolder staging = new StagingFolder(temp, "db0");
    staging.prepare(UUID, 1);

    assertThat(staging.has("0/CURRENT")).isFalse();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> staging.create("0/CURRENT").close());
    assertThat(outside).hasContent("MANIFEST-000005\n");
  }

  @Test
  void aJournalOfASwapIsWholeOrStopsTheStart() throws IOException {
    Path data = temp.resolve("db/db0");
    List<String> journals = new ArrayList<>();
    StagedSnapshot snapshot =
        new StagedSnapshot(
            "db0",
            UUID,
            Files.createDirectories(temp.resolve("dbsync/db0")),
            new BinlogOffset(3, 1024));
    Files.createDirectories(data.getParent());
    for (SnapshotSwap swap :
        List.of(
            new SnapshotSwap(data, snapshot, Optional.empty()),
            new SnapshotSwap(
                data,
                snapshot,
                Optional.of(
                    new DivergedFolder(
                        temp.resolve("db/diverged/x"), temp.resolve("log/diverged/x/binlog")))))) {
      swap.begin();
      journals.add(Files.readString(data.resolveSibling("db0.swap"), ISO_8859_1));
    }
    Path file = data.resolveSibling("db0.swap");
    HostileBytes swaps =
        HostileBytes.against(
                "journal of a swap", (bytes, piece, found) -> pendingSwap(file, bytes, found))
            .refusedBy(IOException.class)
            .refusingAllDamage()
            .allocating(64 * 1024, 60)
            .watching(SealedText.class);
    HostileBytes sealed =
        HostileBytes.against(
                "journal of a swap behind a seal",
                (bytes, piece, found) ->
                    pendingSwap(
                        file,
                        SealedText.seal(new String(bytes, ISO_8859_1)).getBytes(UTF_8),
                        found))
            .refusedBy(IOException.class)
            .allocating(64 * 1024, 100)
            .watching(SnapshotSwap.class);
    for (String journal : journals) {
      swaps.sample(journal);
      sealed.sample(SealedText.open(journal));
    }
    swaps.run();
    sealed.run();
  }

  private static void pendingSwap(Path file, byte[] bytes, Consumer<Object> found)
      throws IOException {
    HostileFile.write(file, bytes);
    SnapshotSwap swap = SnapshotSwap.pending(file.resolveSibling("db0")).orElseThrow();
    found.accept(swap.snapshot());
    found.accept(swap.kept());
  }

  private static byte[] frame(RsyncResponse response) {
    return RecordedFrames.framed(response.toByteArray());
  }

  private static RsyncResponse list(String... names) {
    return response(RsyncService.Type.kRsyncMeta)
        .setMetaResp(MetaResponse.newBuilder().addAllFilenames(List.of(names)))
        .build();
  }

  private static RsyncResponse part(String name, String data) {
    return response(RsyncService.Type.kRsyncFile)
        .setFileResp(
            FileResponse.newBuilder()
                .setEof(1)
                .setCount(data.length())
                .setOffset(0)
                .setData(ByteString.copyFromUtf8(data))
                .setChecksum("")
                .setFilename(name))
        .build();
  }

  private static RsyncResponse.Builder response(RsyncService.Type type) {
    return RsyncResponse.newBuilder()
        .setType(type)
        .setReaderIndex(0)
        .setSnapshotUuid(UUID)
        .setDbName("db0")
        .setSlotId(0)
        .setCode(StatusCode.kOk);
  }
}
