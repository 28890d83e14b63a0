package io.pikareplica.repl.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
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
  private DbOptions options = OPTIONS;
  private final Throttle throttle = new Throttle(1 << 30);
  private DiskRoom.Disk disk = DiskRoom.Disk.REAL;

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
        "db0", "127.0.0.1", port, folder.resolve("dbsync"), options, 4, () -> 300, throttle);
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
    FullSync.start(request(server.port()), eventLoops, listener(ended), FAST, disk);
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

  /** W-23. */
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

  /**
   * Of another reader, DB, kind, file or place: each is left alone, and the question asked again.
   */
  @Test
  void takesNoAnswerThatIsNotItsOwn() throws Exception {
    server.whim =
        (request, right, n) -> {
          if (n % 5 != 0 || request.getType() != RsyncService.Type.kRsyncFile) {
            return Optional.of(right);
          }
          RsyncResponse.Builder wrong = right.toBuilder();
          switch (n / 5 % 6) {
            case 0 -> wrong.setReaderIndex(-1);
            case 1 -> wrong.setReaderIndex(4);
            case 2 -> wrong.setReaderIndex((request.getReaderIndex() + 1) % 4);
            case 3 -> wrong.setDbName("db1");
            case 4 ->
                wrong
                    .setType(RsyncService.Type.kRsyncMeta)
                    .setMetaResp(MetaResponse.newBuilder().addFilenames("info"));
            default -> wrong.getFileRespBuilder().setFilename("0/other");
          }
          return Optional.of(wrong.build());
        };
    assertStaged(run());
  }

  @Test
  void givesUpForNowOnAFileThatTheMasterCannotRead() throws Exception {
    server.whim =
        (request, right, n) ->
            Optional.of(isFile(request, "1/") ? RsyncServer.refused(request) : right);
    assertThat(run().failure())
        .startsWith("PROTOCOL true the master did not send 1/")
        .endsWith(" from 0 on: it cannot read the file");
  }

  @Test
  void givesUpForNowOnAFileOfWhichNothingComes() throws Exception {
    server.whim =
        (request, right, n) ->
            Optional.of(
                isFile(request, "1/")
                    ? right.toBuilder()
                        .setFileResp(
                            right.getFileResp().toBuilder()
                                .setData(ByteString.EMPTY)
                                .setCount(0)
                                .setEof(0))
                        .build()
                    : right);
    assertThat(run().failure())
        .startsWith("PROTOCOL true the master did not send 1/")
        .endsWith(" from 0 on: it sent nothing of it");
  }

  @Test
  void givesUpForNowWhenTheSnapshotNeverStaysTheSame() throws Exception {
    server.whim =
        (request, right, n) ->
            Optional.of(
                request.getType() == RsyncService.Type.kRsyncFile
                    ? right.toBuilder().setSnapshotUuid("changed" + n).build()
                    : right);
    assertThat(run().failure())
        .isEqualTo("PROTOCOL true db0: the master's snapshot changed while it was fetched");
  }

  @Test
  void refusesAUuidThatIsNone() throws Exception {
    server.whim =
        (request, right, n) -> Optional.of(right.toBuilder().setSnapshotUuid("../x").build());
    assertThat(run().failure()).isEqualTo("PROTOCOL true the snapshot's uuid is none");
  }

  @Test
  void saysThatItCannotStoreWhereTheFolderCannotBeMade() throws Exception {
    Files.writeString(folder.resolve("dbsync"), "a file in its place");
    assertThat(run().failure()).startsWith("STORAGE true db0: the snapshot cannot be stored: ");
  }

  @Test
  void fetchesOneToFourFilesAtOnce() {
    for (int files : new int[] {0, 5}) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  new FullSync.Request(
                      "db0", "127.0.0.1", 1, folder, options, files, () -> 300, throttle));
    }
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

  /** W-12. */
  @Test
  void fetchesOnlyWhatIsMissingAfterARestart() throws Exception {
    CompletableFuture<Ended> never = new CompletableFuture<>();
    CompletableFuture<Void> halfway = new CompletableFuture<>();
    server.whim =
        (request, right, n) -> {
          if (isFile(request, "2/0")) {
            halfway.complete(null);
            return Optional.empty();
          }
          return Optional.of(right);
        };
    FullSync first =
        FullSync.start(request(server.port()), eventLoops, listener(never), FAST, disk);
    halfway.get(20, TimeUnit.SECONDS);
    first.cancel();
    assertThat(Files.readAllLines(folder.resolve("dbsync/db0.files"))).hasSizeGreaterThan(1);
    server.requests.clear();
    server.whim = (request, right, n) -> Optional.of(right);
    assertStaged(run());
    assertThat(server.filesAskedFor())
        .anyMatch(file -> file.startsWith("2/0"))
        .doesNotContain("0/000021.sst", "2/CURRENT");
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

  /** W-20. */
  @Test
  void refusesNamesThatLeadOutOfTheFolder() throws Exception {
    server.whim = (request, right, n) -> Optional.of(withNames(right, "0/../../escaped"));
    assertThat(run().failure())
        .isEqualTo("PROTOCOL true the file '0/../../escaped' is outside the snapshot");
    assertThat(folder.resolve("dbsync")).doesNotExist();
    assertThat(folder.resolve("escaped")).doesNotExist();
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
                                .setData(ByteString.copyFrom(many)))
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
    assertThat(run().failure())
        .startsWith(
            "PROTOCOL true db0: the snapshot is damaged and is fetched again: cannot open ");
    assertNothingIsStaged();
  }

  private void assertNothingIsStaged() {
    assertThat(folder.resolve("dbsync/db0")).doesNotExist();
    assertThat(folder.resolve("dbsync/db0.files")).doesNotExist();
  }

  /** W-12: the protocol has a field for a checksum and leaves it empty. */
  @Test
  void aTableThatIsDamagedInTransitIsNoticedAndFetchedAgain() throws Exception {
    server.whim =
        (request, right, n) ->
            Optional.of(isFirstPartOf(request, "1/", ".sst") ? flipped(right) : right);
    assertThat(run().failure())
        .startsWith("PROTOCOL true db0: the snapshot is damaged and is fetched again: ")
        .contains("dbsync/db0/1");
    assertNothingIsStaged();
    server.whim = (request, right, n) -> Optional.of(right);
    assertStaged(run());
  }

  private static boolean isFirstPartOf(RsyncRequest request, String prefix, String end) {
    return isFile(request, prefix)
        && request.getFileReq().getFilename().endsWith(end)
        && request.getFileReq().getOffset() == 0;
  }

  private static RsyncResponse flipped(RsyncResponse right) {
    byte[] bytes = right.getFileResp().getData().toByteArray();
    bytes[bytes.length / 3] ^= 0x10;
    return right.toBuilder()
        .setFileResp(right.getFileResp().toBuilder().setData(ByteString.copyFrom(bytes)))
        .build();
  }

  @Test
  void aSnapshotWithAnotherNumberOfSlotsNeedsAPerson() throws Exception {
    options = new DbOptions(3, 1000, 1 << 20, true, false);
    assertThat(run().failure())
        .startsWith("CONFIG false db0: the snapshot cannot be used: ")
        .contains("belong to other instances with default-slot-num 1000");
    assertNothingIsStaged();
  }

  private long tableBytes() throws IOException {
    try (Stream<Path> files = Files.walk(snapshot)) {
      long sum = 0;
      for (Path file : files.filter(each -> each.toString().endsWith(".sst")).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }

  @Test
  void aDiskWithoutRoomIsNoticedBeforeTheFirstByteOfATable() throws Exception {
    disk = anywhere -> DiskRoom.RESERVE_BYTES + tableBytes() - 1;
    assertThat(run().failure())
        .startsWith("STORAGE false db0: no room for the master's snapshot: ")
        .endsWith(
            " to spare, "
                + (DiskRoom.RESERVE_BYTES + tableBytes() - 1)
                + " are free for "
                + folder.resolve("dbsync"));
    assertThat(server.filesAskedFor())
        .isNotEmpty()
        .allMatch(file -> file.matches("[0-2]/(CURRENT|MANIFEST-[0-9]+)"));
  }

  @Test
  void aDiskThatIsFullAlreadyIsNoticedBeforeAnyFile() throws Exception {
    disk = anywhere -> DiskRoom.RESERVE_BYTES - 1;
    assertThat(run().failure()).startsWith("STORAGE false db0: no room for a full sync: 0 bytes");
    assertThat(server.filesAskedFor()).isEmpty();
  }

  @Test
  void aDiskThatFillsUpMeanwhileKeepsItsReserveAndWhatHasArrived() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    disk = anywhere -> looks.incrementAndGet() < 20 ? Long.MAX_VALUE : DiskRoom.RESERVE_BYTES;
    assertThat(run().failure())
        .startsWith("STORAGE false db0: no room for more of the master's snapshot: ");
    List<String> arrived = finished();
    assertThat(arrived).isNotEmpty();
    server.requests.clear();
    disk = DiskRoom.Disk.REAL;
    assertStaged(run());
    assertThat(server.filesAskedFor()).isNotEmpty().doesNotContainAnyElementsOf(arrived);
  }

  private List<String> finished() throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("dbsync/db0.files"));
    return lines.stream().skip(1).map(line -> line.substring(line.indexOf(' ') + 1)).toList();
  }

  @Test
  void tellsHowMuchThereIsBeforeTheTablesHaveCome() throws Exception {
    CompletableFuture<Void> stalled = new CompletableFuture<>();
    server.whim =
        (request, right, n) -> {
          if (request.getFileReq().getFilename().endsWith(".sst")) {
            stalled.complete(null);
            return Optional.empty();
          }
          return Optional.of(right);
        };
    FullSync sync =
        FullSync.start(
            request(server.port()), eventLoops, listener(new CompletableFuture<>()), FAST, disk);
    stalled.get(20, TimeUnit.SECONDS);
    assertThat(sync.progress().totalBytes()).isEqualTo(tableBytes());
    assertThat(sync.progress().readBytes()).isLessThan(tableBytes());
    sync.cancel();
  }

  @Test
  void fetchesNothingAgainThatWasWholeWhenTheConnectionWasLost() throws Exception {
    List<String> whole = new CopyOnWriteArrayList<>();
    AtomicInteger lost = new AtomicInteger();
    server.whim =
        (request, right, n) -> {
          if (isFile(request, "2/0") && lost.getAndIncrement() == 0) {
            whole.addAll(finished());
            server.requests.clear();
            server.dropConnections();
          }
          return Optional.of(right);
        };
    assertStaged(run());
    assertThat(whole).isNotEmpty();
    assertThat(server.filesAskedFor()).isNotEmpty().doesNotContainAnyElementsOf(whole);
  }

  @Test
  void anotherSpeedLimitHoldsAtOnce() throws Exception {
    throttle.bytesPerSecond(10);
    CompletableFuture<Ended> ended = new CompletableFuture<>();
    FullSync sync = FullSync.start(request(server.port()), eventLoops, listener(ended), FAST, disk);
    await().atMost(20, TimeUnit.SECONDS).until(() -> sync.progress().readBytes() > 0);
    assertThat(ended).isNotDone();
    throttle.bytesPerSecond(1 << 30);
    assertStaged(ended.get(30, TimeUnit.SECONDS));
  }

  /** W-12: the original appends to what is there. */
  @Test
  void aPartThatIsAskedForAgainIsWrittenWhereItBelongs() throws Exception {
    String table = "0/000021.sst";
    server.whim =
        (request, right, n) ->
            switch (n % 5) {
              case 1 -> Optional.empty();
              case 2 -> Optional.of(RsyncServer.refused(request));
              case 3 -> throw new IOException("connection lost");
              default -> Optional.of(right);
            };
    StagingFolder staging = new StagingFolder(folder.resolve("dbsync"), "db0");
    String uuid = SnapshotInfo.uuidOf(Files.readAllBytes(snapshot.resolve("info")));
    staging.prepare(uuid, 3);
    Files.writeString(staging.folder().resolve(table), "left over".repeat(100_000));
    try (RsyncChannel channel = new RsyncChannel("db0", "127.0.0.1", server.port(), eventLoops)) {
      new FileFetcher(
              new PartFetcher(channel, 0, uuid, () -> 100, FAST),
              staging,
              new DiskRoom(folder, DiskRoom.Disk.REAL),
              new Throttle(1_000_000),
              new FetchProgress())
          .fetch(table);
    }
    assertThat(staging.folder().resolve(table)).hasSameBinaryContentAs(snapshot.resolve(table));
    assertThat(staging.has(table)).isTrue();
  }

  @Test
  void anUnreachableMasterIsReportedAfterAWhile() throws Exception {
    int port = server.port();
    server.close();
    CompletableFuture<Ended> ended = new CompletableFuture<>();
    FullSync.start(request(port), eventLoops, listener(ended), FAST, disk);
    assertThat(ended.get(30, TimeUnit.SECONDS).failure())
        .startsWith("PROTOCOL true db0: no snapshot from the master: ")
        .contains("refused");
  }
}
