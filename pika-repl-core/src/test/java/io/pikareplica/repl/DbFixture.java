package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogItem;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.binlog.BlockFormat;
import io.pikareplica.binlog.RespContent;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Reply;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** One DB in a temporary folder, and the items of an imagined master for it. */
final class DbFixture implements AutoCloseable {
  static final DbOptions OPTIONS = new DbOptions(3, 1024, 1 << 20, true, false);
  static final long NOW_SECONDS = 1_790_000_000;

  final Path folder;
  final RecordingListener listener = new RecordingListener();
  LocalDb db;
  private BinlogOffset masterEnd;

  DbFixture(Path folder) throws ReplicationException {
    this(folder, Fsync.NO);
  }

  DbFixture(Path folder, Fsync fsync) throws ReplicationException {
    this.folder = folder;
    db = LocalDb.open(0, config(folder, fsync), listener);
    masterEnd = db.received();
  }

  /** For reading from a DB that is open. */
  DbFixture(LocalDb db) {
    this.folder = db.binlogFolder();
    this.db = db;
    masterEnd = db.received();
  }

  static ReplConfig config(Path folder, Fsync fsync) {
    return new ReplConfig(
        9221,
        2000,
        10001,
        1,
        OPTIONS,
        folder.resolve("db"),
        folder.resolve("log"),
        folder.resolve("dbsync"),
        100 << 20,
        fsync,
        64 << 20,
        8 << 20,
        4,
        Optional.empty(),
        ReplSettings.DEFAULT);
  }

  void reopen() throws ReplicationException {
    db.close();
    db = LocalDb.open(0, config(folder, Fsync.NO), listener);
    masterEnd = db.received();
  }

  /** The next item of the master. */
  ReplicatedBatch.Entry item(String... words) {
    return item(masterEnd, words);
  }

  /** Its header names the end that it found, even where it begins the next file. */
  private ReplicatedBatch.Entry item(BinlogOffset found, String... words) {
    byte[] item = encode(found, words);
    masterEnd =
        new BinlogOffset(masterEnd.filenum(), BlockFormat.endOf(masterEnd.offset(), item.length));
    return new ReplicatedBatch.Entry(masterEnd, item);
  }

  /** The next item, the first of the next file. */
  ReplicatedBatch.Entry itemAfterRoll(String... words) {
    BinlogOffset found = masterEnd;
    masterEnd = new BinlogOffset(masterEnd.filenum() + 1, 0);
    return item(found, words);
  }

  void masterAt(BinlogOffset end) {
    masterEnd = end;
  }

  static byte[] encode(String... words) {
    return encode(BinlogOffset.ZERO, words);
  }

  private static byte[] encode(BinlogOffset found, String... words) {
    return BinlogItemCodec.encode(
        new BinlogItem(
            (int) NOW_SECONDS,
            0,
            1,
            found.filenum(),
            found.offset(),
            RespContent.encode(Args.of(words).from(0))));
  }

  static ReplicatedBatch batch(ReplicatedBatch.Entry... entries) {
    return new ReplicatedBatch("db0", 1, 7, List.of(entries));
  }

  static ReplicatedBatch.Entry ping() {
    return new ReplicatedBatch.Entry(BinlogOffset.ZERO, new byte[0]);
  }

  /** Recorded items as frames of up to 100. */
  static List<ReplicatedBatch> frames(List<BinlogRecord> items) {
    List<ReplicatedBatch> frames = new ArrayList<>();
    for (int i = 0; i < items.size(); i += 100) {
      frames.add(
          new ReplicatedBatch(
              "db0",
              1,
              7,
              items.subList(i, Math.min(i + 100, items.size())).stream()
                  .map(item -> new ReplicatedBatch.Entry(item.end(), item.item()))
                  .toList()));
    }
    return frames;
  }

  /** Hands a batch in and waits until it is dealt with. */
  void take(ReplicatedBatch.Entry... entries) {
    db.offer(batch(entries));
    await(db.drain());
  }

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static Replication.Call call(String... words) {
    return new Replication.Call(
        CommandTable.instance().find(words[0]).orElseThrow(), Args.of(words));
  }

  Reply read(String... words) {
    try (DbView view = db.view()) {
      Command.Read read = (Command.Read) CommandTable.instance().find(words[0]).orElseThrow();
      return read.reader().read(view, Args.of(words));
    } catch (CommandException e) {
      return Reply.error(e.getMessage());
    }
  }

  /** The text of a reply, its parts separated by commas. */
  static String text(Reply reply) {
    return switch (reply.kind()) {
      case STATUS -> ((Reply.Status) reply).text();
      case FAILURE -> "-" + ((Reply.Failure) reply).text();
      case INT -> Long.toString(((Reply.Int) reply).value());
      case BULK ->
          new String(((Reply.Bulk) reply).bytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
      case NIL -> "nil";
      case ARRAY ->
          String.join(",", ((Reply.Array) reply).items().stream().map(DbFixture::text).toList());
      case MAP ->
          String.join(",", ((Reply.Map) reply).flat().stream().map(DbFixture::text).toList());
    };
  }

  void assertReads(String expected, String... words) {
    assertThat(text(read(words))).as(String.join(" ", words)).isEqualTo(expected);
  }

  @Override
  public void close() {
    // a second close does nothing
    db.close();
  }
}
