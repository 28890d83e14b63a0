package io.pikareplica.repl.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DBSync and the port for files over real sockets. */
class SnapshotServiceIT {
  private static final String LARGE = "1/000021.sst";
  private static final int LARGE_BYTES = (16 << 20) + 1000;

  @TempDir Path temp;

  private final List<AutoCloseable> open = new ArrayList<>();
  private TestMasterDb db0;
  private MasterService service;
  private TestReplica replica;

  @BeforeEach
  void start() throws IOException {
    db0 = new TestMasterDb("db0", temp.resolve("log_db0"), 1 << 20);
    Files.createDirectories(temp.resolve("dump/left-over/0"));
    service = start(60_000);
    replica = registered(1000);
  }

  private MasterService start(long keepMs) throws IOException {
    MasterConfig config =
        new MasterConfig(
            List.of("127.0.0.1"),
            "127.0.0.1",
            9221,
            0,
            0,
            3,
            temp.resolve("dump"),
            9000,
            1 << 30,
            40,
            20_000,
            60_000,
            keepMs);
    return MasterService.start(config, new OpenMaster(), List.of(db0));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    service.close();
    db0.close();
  }

  @Test
  void removesAtItsStartWhatAnEarlierProcessLeft() {
    assertThat(temp.resolve("dump")).isEmptyDirectory();
  }

  @Test
  void refusesTheListUntilTheSnapshotIsMade() throws IOException {
    db0.isSnapshotHeld = true;
    BinlogOffset offset = db0.write("set", "k", "v");
    TestReplica files = fileLink();
    assertRefused(files.meta("db0"));
    fullSync(replica);
    assertRefused(files.meta("db0"));
    assertThat(service.floor("db0")).contains(offset);

    db0.held.get(0).complete(offset);
    RsyncResponse list = metaOnceReady(files);

    assertThat(list.getMetaResp().getFilenamesList())
        .containsExactly(
            "0/000004.log",
            "0/CURRENT",
            "1/000004.log",
            LARGE,
            "1/CURRENT",
            "2/000004.log",
            "2/CURRENT",
            "info");
    assertThat(list.getSnapshotUuid()).matches("[0-9a-f]{32}");
    assertThat(service.replicas().get(0).state()).isEqualTo("send_bulk");
  }

  @Test
  void tellsInInfoWhereTheBinlogGoesOn() throws IOException {
    BinlogOffset offset = db0.write("set", "k", "v");
    fullSync(replica);
    TestReplica files = fileLink();
    metaOnceReady(files);

    String info = new String(fetch(files, "info"), java.nio.charset.StandardCharsets.UTF_8);

    assertThat(info).matches("0s\n127\\.0\\.0\\.1\n9221\n0\n" + offset.offset() + "\n0\n[0-9]+\n");
    InnerResponse granted = replica.trySync("db0", offset);
    assertThat(granted.getTrySync().hasSessionId()).isTrue();
  }

  @Test
  void servesAFileInChunksThatNeverCrossABlockOfSixteenMebibytes() throws IOException {
    fullSync(replica);
    TestReplica files = fileLink();
    RsyncResponse list = metaOnceReady(files);

    byte[] received = fetch(files, LARGE);

    Path original = temp.resolve("dump/db0-1").resolve(LARGE);
    assertThat(received).isEqualTo(Files.readAllBytes(original));
    FileResponse acrossBorder = files.file("db0", 3, LARGE, (16 << 20) - 10, 4096).getFileResp();
    assertThat(acrossBorder.getCount()).isEqualTo(10);
    assertThat(acrossBorder.getEof()).isZero();
    RsyncResponse end = files.file("db0", 2, LARGE, LARGE_BYTES - 5, 4096);
    assertThat(end.getSnapshotUuid()).isEqualTo(list.getSnapshotUuid());
    assertThat(end.getReaderIndex()).isEqualTo(2);
    assertThat(end.getFileResp().getCount()).isEqualTo(5);
    assertThat(end.getFileResp().getEof()).isEqualTo(1);
    assertThat(end.getFileResp().hasChecksum()).isTrue();
  }

  @Test
  void servesAnEmptyFile() throws IOException {
    fullSync(replica);
    TestReplica files = fileLink();
    metaOnceReady(files);
    FileResponse empty = files.file("db0", 0, "0/000004.log", 0, 4096).getFileResp();
    assertThat(empty.getCount()).isZero();
    assertThat(empty.getEof()).isEqualTo(1);
    assertThat(empty.hasData()).isTrue();
  }

  /** W-20. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "../log_db0/manifest",
        "0/../../../log_db0/manifest",
        "/etc/passwd",
        "2/link",
        "0",
        "",
        "0/",
        "./info",
        "0//CURRENT",
        "info\u0000",
        "nothing"
      })
  void servesNoFileThatIsNotOnItsList(String name) throws IOException {
    fullSync(replica);
    TestReplica files = fileLink();
    metaOnceReady(files);
    RsyncResponse refused = files.file("db0", 0, name, 0, 100);
    assertThat(refused.getCode()).isEqualTo(StatusCode.kErr);
    assertThat(refused.hasFileResp()).isFalse();
    assertThat(fetch(files, "0/CURRENT")).hasSize(16);
  }

  /** W-21. */
  @ParameterizedTest
  @CsvSource({"4,0", "-1,0", "2147483647,0", "0,17", "0,-1", "0,9223372036854775807"})
  void refusesAReaderOrAnOffsetOutOfRange(int reader, long offset) throws IOException {
    fullSync(replica);
    TestReplica files = fileLink();
    metaOnceReady(files);
    assertThat(files.file("db0", reader, "0/CURRENT", offset, 100).getCode())
        .isEqualTo(StatusCode.kErr);
  }

  @Test
  void answersNoMoreThanFourMebibytesWhateverTheCount() throws IOException {
    fullSync(replica);
    TestReplica files = fileLink();
    metaOnceReady(files);
    for (long count : new long[] {1L << 40, -1}) {
      assertThat(files.file("db0", 0, LARGE, 0, count).getFileResp().getCount()).isEqualTo(4 << 20);
    }
    assertThat(files.file("db0", 0, LARGE, 0, 0).getFileResp().getCount()).isZero();
  }

  @Test
  void refusesAnUnknownDb() throws IOException {
    TestReplica files = fileLink();
    assertRefused(files.meta("db7"));
    assertThat(files.file("db7", 0, "info", 0, 10).getCode()).isEqualTo(StatusCode.kErr);
    InnerResponse reply = replica.dbSync("db7", BinlogOffset.ZERO);
    assertThat(reply.getCode()).isEqualTo(io.pikareplica.proto.InnerMessage.StatusCode.kError);
    assertThat(reply.getDbSync().getSessionId()).isEqualTo(-1);
  }

  @Test
  void usesASnapshotAgainForTheNextReplica() throws IOException {
    fullSync(replica);
    String uuid = metaOnceReady(fileLink()).getSnapshotUuid();
    fullSync(registered(1001));
    assertThat(fileLink().meta("db0").getSnapshotUuid()).isEqualTo(uuid);
    assertThat(db0.snapshots.get()).isEqualTo(1);
  }

  @Test
  void makesAnotherForAReplicaFarAheadAndKeepsTheOldForItsReader() throws IOException {
    fullSync(replica);
    TestReplica reader = fileLink();
    String old = metaOnceReady(reader).getSnapshotUuid();

    registered(1001).dbSync("db0", new BinlogOffset(51, 0));
    String fresh = metaOnceReady(fileLink()).getSnapshotUuid();

    assertThat(fresh).isNotEqualTo(old);
    assertThat(reader.file("db0", 0, LARGE, 0, 100).getSnapshotUuid()).isEqualTo(old);
    assertThat(fetch(reader, LARGE)).hasSize(LARGE_BYTES);
    reader.close();
    await().until(() -> !Files.exists(temp.resolve("dump/db0-1")));
    assertThat(temp.resolve("dump/db0-2")).exists();
  }

  @Test
  void servesTheCurrentSnapshotOnAConnectionThatAskedForNoList() throws IOException {
    fullSync(replica);
    String uuid = metaOnceReady(fileLink()).getSnapshotUuid();
    assertThat(fileLink().file("db0", 0, "0/CURRENT", 0, 100).getSnapshotUuid()).isEqualTo(uuid);
  }

  @Test
  void dropsASnapshotThatNobodyWantsAnyMore() throws IOException {
    service.close();
    service = start(200);
    replica = registered(1000);
    fullSync(replica);
    metaOnceReady(fileLink());
    replica.close();
    open.forEach(
        each -> {
          try {
            each.close();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    await().until(() -> !Files.exists(temp.resolve("dump/db0-1")));
    assertThat(service.floor("db0")).isEmpty();
  }

  @Test
  void triesAgainAfterASnapshotFailed() throws IOException {
    db0.isSnapshotHeld = true;
    fullSync(replica);
    db0.held.get(0).completeExceptionally(new IOException("disk full"));
    await().until(() -> service.floor("db0").map(f -> f.equals(BinlogOffset.ZERO)).orElse(true));
    db0.isSnapshotHeld = false;
    await()
        .until(
            () -> {
              fullSync(replica);
              return db0.snapshots.get() > 1;
            });
    metaOnceReady(fileLink());
  }

  private static void assertRefused(RsyncResponse response) {
    assertThat(response.getCode()).isEqualTo(StatusCode.kErr);
    assertThat(response.hasSnapshotUuid()).isTrue();
    assertThat(response.getSnapshotUuid()).isEmpty();
    assertThat(response.hasMetaResp()).isFalse();
    assertThat(response.hasSlotId()).isTrue();
  }

  private static byte[] fetch(TestReplica files, String name) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (true) {
      RsyncResponse response = files.file("db0", 1, name, all.size(), 4 << 20);
      assertThat(response.getCode()).isEqualTo(StatusCode.kOk);
      FileResponse chunk = response.getFileResp();
      assertThat(chunk.getFilename()).isEqualTo(name);
      assertThat(chunk.getOffset()).isEqualTo(all.size());
      assertThat(chunk.getData().size()).isEqualTo((int) chunk.getCount());
      chunk.getData().writeTo(all);
      if (chunk.getEof() == 1) {
        return all.toByteArray();
      }
    }
  }

  private static RsyncResponse metaOnceReady(TestReplica files) {
    return await().until(() -> files.meta("db0"), response -> response.getCode() == StatusCode.kOk);
  }

  private static void fullSync(TestReplica replica) throws IOException {
    assertThat(replica.dbSync("db0", BinlogOffset.ZERO).getDbSync().getSessionId()).isNotNegative();
  }

  private TestReplica fileLink() throws IOException {
    return tracked(new TestReplica(service.rsyncPort(), 1));
  }

  private TestReplica registered(int ownPort) throws IOException {
    TestReplica link = tracked(new TestReplica(service.replPort(), ownPort));
    link.metaSync("");
    return link;
  }

  private TestReplica tracked(TestReplica link) {
    open.add(link);
    return link;
  }
}
