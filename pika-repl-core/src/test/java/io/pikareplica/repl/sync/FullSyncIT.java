package io.pikareplica.repl.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.pikareplica.proto.RsyncService;
import io.pikareplica.proto.RsyncService.MetaResponse;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.golden.GoldenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullSyncIT {
  private static final DbOptions OPTIONS = new DbOptions(3, 1024, 1 << 20, true, false);
  private static final FullSync.Pace FAST = new FullSync.Pace(5, 20);

  @TempDir Path folder;
  private EventLoopGroup eventLoops;
  private RsyncServer server;
  private Path snapshot;

  /** How a sync ended: {@code staged} or {@code KIND retry message}. */
  private record Ended(Optional<StagedSnapshot> staged, String failure) {}

  @BeforeEach
  void start() throws IOException {
    GoldenFiles.unzip("pika-4.0.1/fullsync/checkpoint.zip", folder.resolve("master"));
    snapshot = folder.resolve("master/db0");
    eventLoops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    server = new RsyncServer(snapshot);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    eventLoops.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS).syncUninterruptibly();
  }

  private FullSync.Request request(int port) {
    return new FullSync.Request(
        "db0",
        "127.0.0.1",
        port,
        folder.resolve("dbsync"),
        OPTIONS,
        4,
        () -> 300,
        new Throttle(1 << 30),
        eventLoops);
  }

  private static FullSync.Listener listener(CompletableFuture<Ended> ended) {
    return new FullSync.Listener() {
      @Override
      public void staged(StagedSnapshot staged) {
        ended.complete(new Ended(Optional.of(staged), ""));
      }

      @Override
      public void failed(ReplicationException why, boolean retry) {
        ended.complete(
            new Ended(Optional.empty(), why.kind() + " " + retry + " " + why.getMessage()));
      }
    };
  }

  private Ended run() throws Exception {
    CompletableFuture<Ended> ended = new CompletableFuture<>();
    FullSync.start(request(server.port()), listener(ended), FAST);
    return ended.get(30, TimeUnit.SECONDS);
  }

  private void assertStaged(Ended ended) throws IOException {
    assertThat(ended.failure()).isEmpty();
    StagedSnapshot staged = ended.staged().orElseThrow();
    assertThat(staged.folder()).isEqualTo(folder.resolve("dbsync/db0"));
    assertThat(staged.offset()).isEqualTo(GoldenFiles.snapshotOffset(snapshot));
    assertThat(staged.uuid())
        .isEqualTo(SnapshotInfo.uuidOf(Files.readAllBytes(snapshot.resolve("info"))));
    try (PikaDb db = PikaDb.open(staged.folder(), OPTIONS)) {
      assertThat(db.applied()).containsOnly(staged.offset());
    }
  }

  @Test
  void fetchesChecksAndImportsASnapshot() throws Exception {
    assertStaged(run());
    assertThat(folder.resolve("dbsync/db0.files")).doesNotExist();
  }

  @Test
  void waitsWhileTheMasterIsStillMakingItsSnapshot() throws Exception {
    server.whim =
        (request, right, n) -> Optional.of(n <= 25 ? RsyncServer.refused(request) : right);
    assertStaged(run());
  }

  @Test
  void givesUpForNowWhenNobodyHasAskedTheMasterForASnapshot() throws Exception {
    server.whim =
        (request, right, n) ->
            Optional.of(
                right.toBuilder()
                    .setSnapshotUuid("")
                    .setMetaResp(MetaResponse.newBuilder().addFilenames("info"))
                    .build());
    assertThat(run().failure())
        .isEqualTo("PROTOCOL true db0: no snapshot from the master: it has none");
  }

  @Test
  void asksAgainWhenNoAnswerComes() throws Exception {
    server.whim = (request, right, n) -> n % 7 == 0 ? Optional.empty() : Optional.of(right);
    assertStaged(run());
  }

  @Test
  void asksAgainWhenAFileCannotBeReadForAWhile() throws Exception {
    server.whim =
        (request, right, n) -> Optional.of(n % 5 == 0 ? RsyncServer.refused(request) : right);
    assertStaged(run());
  }

  @Test
  void connectsAgainWhenTheConnectionIsLost() throws Exception {
    server.whim =
        (request, right, n) -> {
          if (n % 9 == 0) {
            throw new IOException("connection lost");
          }
          return Optional.of(right);
        };
    assertStaged(run());
  }

  @Test
  void doesNotTakeAnAnswerToAnotherQuestion() throws Exception {
    server.whim =
        (request, right, n) ->
            Optional.of(
                n % 6 == 0 && request.getType() == RsyncService.Type.kRsyncFile
                    ? right.toBuilder()
                        .setFileResp(right.getFileResp().toBuilder().setOffset(77))
                        .build()
                    : right);
    assertStaged(run());
  }

  @Test
  void startsOverWhenTheSnapshotChanges() throws Exception {
    server.whim =
        (request, right, n) -> {
          if (n == 8) {
            Files.writeString(snapshot.resolve("info"), "1s\n10.0.0.1\n9221\n12\n40960\n");
            Files.writeString(snapshot.resolve("0/extra"), "x");
          }
          return Optional.of(n == 8 ? RsyncServer.refused(request) : right);
        };
    assertStaged(run());
    assertThat(folder.resolve("dbsync/db0/0/extra")).exists();
  }

  @Test
  void fetchesOnlyWhatIsMissingAfterARestart() throws Exception {
    CompletableFuture<Ended> never = new CompletableFuture<>();
    CompletableFuture<Void> halfway = new CompletableFuture<>();
    server.whim =
        (request, right, n) -> {
          if (isFile(request, "2/")) {
            halfway.complete(null);
            return Optional.empty();
          }
          return Optional.of(right);
        };
    FullSync first = FullSync.start(request(server.port()), listener(never), FAST);
    halfway.get(20, TimeUnit.SECONDS);
    first.cancel();
    assertThat(Files.readAllLines(folder.resolve("dbsync/db0.files"))).hasSizeGreaterThan(1);
    server.requests.clear();
    server.whim = (request, right, n) -> Optional.of(right);
    assertStaged(run());
    assertThat(server.filesAskedFor()).contains("2/CURRENT").doesNotContain("0/000021.sst");
    assertThat(never).isNotDone();
  }

  private static boolean isFile(RsyncRequest request, String prefix) {
    return request.getFileReq().getFilename().startsWith(prefix);
  }

  @Test
  void fetchesAgainWhatIsShorterThanItsListSays() throws Exception {
    Path staging = folder.resolve("dbsync");
    String uuid = SnapshotInfo.uuidOf(Files.readAllBytes(snapshot.resolve("info")));
    StagingFolder present = new StagingFolder(staging, "db0");
    present.prepare(uuid, 3);
    Files.copy(snapshot.resolve("0/CURRENT"), staging.resolve("db0/0/CURRENT"));
    Files.writeString(staging.resolve("db0/1/CURRENT"), "cut");
    present.finish("0/CURRENT", 16);
    present.finish("1/CURRENT", 16);
    Files.writeString(staging.resolve("db0.files"), "16 2/CURR", StandardOpenOption.APPEND);
    assertStaged(run());
    assertThat(server.filesAskedFor())
        .contains("1/CURRENT", "2/CURRENT")
        .doesNotContain("0/CURRENT");
  }

  @Test
  void startsOverWhenWhatIsHereIsOfAnotherSnapshot() throws Exception {
    StagingFolder present = new StagingFolder(folder.resolve("dbsync"), "db0");
    present.prepare("0123456789abcdef0123456789abcdef", 3);
    Files.writeString(folder.resolve("dbsync/db0/0/CURRENT"), "another's");
    Files.writeString(folder.resolve("dbsync/db0/0/000099.sst"), "another's");
    present.finish("0/CURRENT", 9);
    assertStaged(run());
    assertThat(folder.resolve("dbsync/db0/0/000099.sst")).doesNotExist();
  }

  @Test
  void refusesNamesThatLeadOutOfTheFolder() throws Exception {
    server.whim = (request, right, n) -> Optional.of(withNames(right, "0/../../escaped"));
    assertThat(run().failure())
        .isEqualTo("PROTOCOL true the file '0/../../escaped' is outside the snapshot");
    assertThat(folder.resolve("dbsync/db0")).isEmptyDirectory();
  }

  private static RsyncResponse withNames(RsyncResponse right, String... names) {
    return right.getType() == RsyncService.Type.kRsyncMeta
        ? right.toBuilder()
            .setMetaResp(right.getMetaResp().toBuilder().addAllFilenames(List.of(names)))
            .build()
        : right;
  }

  @Test
  void refusesMoreBytesThanAskedFor() throws Exception {
    byte[] many = new byte[5 << 20];
    server.whim =
        (request, right, n) ->
            Optional.of(
                isFile(request, "1/")
                    ? right.toBuilder()
                        .setFileResp(
                            right.getFileResp().toBuilder()
                                .setCount(many.length)
                                .setData(com.google.protobuf.ByteString.copyFrom(many)))
                        .build()
                    : right);
    assertThat(run().failure())
        .isEqualTo(
            "PROTOCOL true the master sent 5242880 bytes of a file where 4194304 were asked for");
  }

  @Test
  void refusesAnInfoThatIsNotTheSnapshots() throws Exception {
    server.whim =
        (request, right, n) ->
            Optional.of(
                right.toBuilder().setSnapshotUuid("0123456789abcdef0123456789abcdef").build());
    assertThat(run().failure()).startsWith("PROTOCOL true db0: the snapshot's info does not have");
  }

  @Test
  void aSnapshotThatDoesNotOpenIsReportedAndRemoved() throws Exception {
    Files.writeString(snapshot.resolve("1/CURRENT"), "MANIFEST-999999\n");
    assertThat(run().failure()).startsWith("CONFIG false db0: the snapshot cannot be used: ");
    assertThat(folder.resolve("dbsync/db0")).doesNotExist();
    assertThat(folder.resolve("dbsync/db0.files")).doesNotExist();
  }

  @Test
  void anUnreachableMasterIsReportedAfterAWhile() throws Exception {
    int port = server.port();
    server.close();
    CompletableFuture<Ended> ended = new CompletableFuture<>();
    FullSync.start(request(port), listener(ended), FAST);
    assertThat(ended.get(30, TimeUnit.SECONDS).failure())
        .startsWith("PROTOCOL true db0: no snapshot from the master: ")
        .contains("refused");
  }
}
