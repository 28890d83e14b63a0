package io.pikareplica.repl;

import static io.pikareplica.repl.DbFixture.await;
import static io.pikareplica.repl.DbFixture.batch;
import static io.pikareplica.repl.DbFixture.call;
import static io.pikareplica.repl.DbFixture.ping;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplConfig.Fsync;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.codec.KeyFormat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDbTest {
  @TempDir Path folder;
  private DbFixture fixture;

  @BeforeEach
  void open() throws ReplicationException {
    fixture = new DbFixture(folder);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void anItemIsVisibleOnceItIsReportedApplied() {
    ReplicatedBatch.Entry first = fixture.item("rpush", "l", "a");
    ReplicatedBatch.Entry second = fixture.item("rpush", "l", "b");
    fixture.take(first, second);
    fixture.assertReads("a,b", "lrange", "l", "0", "-1");
    assertThat(fixture.listener.events)
        .containsExactly("applied " + first.end() + " " + second.end());
    assertThat(fixture.db.received()).isEqualTo(second.end());
    assertThat(fixture.db.applied()).isEqualTo(second.end());
    assertThat(fixture.listener.appendedEnd).isEqualTo(second.end());
  }

  @Test
  void framesThatWaitTogetherAreReportedOneByOne() {
    ReplicatedBatch.Entry first = fixture.item("rpush", "l", "a");
    ReplicatedBatch.Entry second = fixture.item("rpush", "l", "b");
    fixture.db.offer(batch(first));
    fixture.db.offer(batch(ping()));
    fixture.db.offer(batch(ping(), second));
    await(fixture.db.drain());
    assertThat(fixture.listener.events)
        .containsExactly(
            "applied " + first.end() + " " + first.end(),
            "pinged",
            "applied " + second.end() + " " + second.end());
  }

  @Test
  void aRollOfTheMasterIsFollowed() {
    fixture.take(fixture.item("set", "a", "1"), fixture.itemAfterRoll("set", "b", "2"));
    assertThat(fixture.db.received().filenum()).isEqualTo(1);
    fixture.assertReads("2", "get", "b");
  }

  /** W-8: The first item of a file has the same END whatever is missing in front of it. */
  @Test
  void aRollBehindAMissingItemIsRefused() {
    fixture.take(fixture.item("set", "a", "1"));
    BinlogOffset before = fixture.db.received();
    fixture.item("set", "a", "2");
    fixture.take(fixture.itemAfterRoll("set", "b", "2"));

    assertThat(fixture.db.received()).isEqualTo(before);
    assertThat(fixture.listener.failures)
        .singleElement()
        .extracting(ReplicationException::kind)
        .isEqualTo(ReplicationException.Kind.CONTINUITY);
  }

  @Test
  void anItemThatWasAppliedBeforeIsRefused() {
    ReplicatedBatch.Entry first = fixture.item("rpush", "l", "a");
    fixture.take(first);
    fixture.take(first);
    assertThat(fixture.listener.events).last().isEqualTo("failed CONTINUITY");
    fixture.assertReads("a", "lrange", "l", "0", "-1");
    assertThat(fixture.db.received()).isEqualTo(first.end());
  }

  @Test
  void anItemAfterAGapIsRefused() {
    fixture.item("set", "lost", "1");
    fixture.take(fixture.item("set", "a", "1"));
    assertThat(fixture.listener.events).containsExactly("failed CONTINUITY");
    assertThat(fixture.db.received()).isEqualTo(BinlogOffset.ZERO);
    fixture.assertReads("nil", "get", "a");
  }

  @Test
  void anEndThatIsNotTheComputedOneIsRefused() {
    ReplicatedBatch.Entry good = fixture.item("set", "a", "1");
    BinlogOffset wrong = new BinlogOffset(0, good.end().offset() + 1);
    fixture.take(new ReplicatedBatch.Entry(wrong, good.item()));
    assertThat(fixture.listener.failures.get(0))
        .hasMessage(
            "db0: the item announced to end at "
                + wrong
                + " does not follow 0:0: an item of "
                + good.item().length
                + " bytes would end at "
                + good.end().offset());
  }

  /** W-3. */
  @Test
  void theItemsBeforeABadOneAreKept() {
    ReplicatedBatch.Entry good = fixture.item("set", "a", "1");
    fixture.take(good, fixture.item("nosuchcommand", "a"), fixture.item("set", "b", "1"));
    assertThat(fixture.listener.events)
        .containsExactly("applied " + good.end() + " " + good.end(), "failed APPLY");
    assertThat(fixture.listener.failures.get(0).getMessage())
        .contains("unknown command: nosuchcommand a");
    assertThat(fixture.db.received()).isEqualTo(good.end());
    fixture.assertReads("1", "get", "a");
    fixture.assertReads("nil", "get", "b");
  }

  @Test
  void aCommandThatIsRefusedLeavesNeitherItemNorData() {
    ReplicatedBatch.Entry good = fixture.item("set", "a", "text");
    fixture.take(good, fixture.item("decr", "a"));
    assertThat(fixture.listener.events).last().isEqualTo("failed APPLY");
    assertThat(fixture.db.received()).isEqualTo(good.end());
    fixture.assertReads("text", "get", "a");
  }

  /** W-19. */
  @Test
  void anItemWithoutRespIsRefused() {
    byte[] item = DbFixture.encode("set", "a", "1");
    item[34] = '!';
    BinlogOffset end = fixture.item("set", "a", "1").end();
    fixture.take(new ReplicatedBatch.Entry(end, item));
    assertThat(fixture.listener.events).containsExactly("failed APPLY");
    assertThat(fixture.db.received()).isEqualTo(BinlogOffset.ZERO);
  }

  @Test
  void aReadInTheBinlogTakesUpRoomOnly() {
    ReplicatedBatch.Entry read = fixture.item("sunion", "a", "b");
    fixture.take(read);
    assertThat(fixture.db.applied()).isEqualTo(read.end());
  }

  /** W-18. */
  @Test
  void aFlushComesAfterWhatWasBeforeItAndBeforeWhatFollows() {
    fixture.take(
        fixture.item("set", "a", "1"), fixture.item("flushdb"), fixture.item("set", "b", "2"));
    fixture.assertReads("nil", "get", "a");
    fixture.assertReads("2", "get", "b");
  }

  @Test
  void clientsMayNotWriteUnlessToldSo() {
    List<Reply> replies = await(fixture.db.execute(List.of(call("set", "a", "1"))));
    assertThat(DbFixture.text(replies.get(0)))
        .isEqualTo("-READONLY You can't write against a read only replica.");
    assertThat(fixture.db.received()).isEqualTo(BinlogOffset.ZERO);
  }

  @Test
  void aClientsCallsSeeEachOther() {
    fixture.db.setWritable(true);
    List<Reply> replies =
        await(
            fixture.db.execute(
                List.of(
                    call("rpush", "l", "a", "b"),
                    call("lrange", "l", "0", "-1"),
                    call("incr", "l"),
                    call("get", "x", "too many"),
                    call("rpush", "l", "c"))));
    assertThat(replies.stream().map(DbFixture::text))
        .containsExactly(
            "2",
            "a,b",
            "-WRONGTYPE Operation against a key holding the wrong kind of value",
            "-ERR wrong number of arguments for 'get' command",
            "3");
    fixture.assertReads("a,b,c", "lrange", "l", "0", "-1");
  }

  @Test
  void aClientsWritesAreInTheBinlogAfterARestart() throws ReplicationException {
    fixture.db.setWritable(true);
    await(
        fixture.db.execute(
            List.of(call("mset", "a", "1", "b", "2"), call("hincrby", "h", "f", "3"))));
    BinlogOffset end = fixture.db.received();
    fixture.reopen();
    assertThat(fixture.db.received()).isEqualTo(end);
    assertThat(fixture.db.applied()).isEqualTo(end);
    fixture.assertReads("3", "hget", "h", "f");
  }

  @Test
  void nothingIsLostOrDoubledByAnOrderlyRestart() throws ReplicationException {
    for (int i = 0; i < 5; i++) {
      fixture.take(fixture.item("rpush", "l", "" + i), fixture.item("hincrby", "h", "f", "1"));
      fixture.reopen();
    }
    fixture.assertReads("0,1,2,3,4", "lrange", "l", "0", "-1");
    fixture.assertReads("5", "hget", "h", "f");
  }

  @Test
  void aResetBinlogGoesOnAtItsNewOffset() {
    fixture.take(fixture.item("set", "a", "1"));
    BinlogOffset offset = new BinlogOffset(3, 1024);
    await(fixture.db.resetBinlog(offset));
    assertThat(fixture.db.received()).isEqualTo(offset);
    assertThat(fixture.db.applied()).isEqualTo(offset);
    assertThat(fixture.db.firstRetained()).isEqualTo(new BinlogOffset(3, 0));
    fixture.masterAt(offset);
    fixture.take(fixture.item("set", "b", "2"));
    fixture.assertReads("2", "get", "b");
    assertThat(fixture.db.needsFullSync()).isEmpty();
  }

  @Test
  void theNeedForAFullSyncSurvivesARestart() throws ReplicationException {
    fixture.db.markFullSyncNeeded("the master said so");
    fixture.reopen();
    assertThat(fixture.db.needsFullSync()).contains("the master said so");
  }

  /** W-25. */
  @Test
  void fsyncAlwaysMakesEverythingAppliedDurable(@TempDir Path other) throws ReplicationException {
    try (DbFixture always = new DbFixture(other, Fsync.ALWAYS)) {
      always.take(always.item("set", "a", "1"));
      assertThat(always.db.offsets().durable()).isEqualTo(always.db.applied());
    }
  }

  @Test
  void aMasterThatIsFasterThanTheWorkerIsToldToStopAndToGoOn() throws Exception {
    CountDownLatch isBusy = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    fixture.listener.onApplied =
        () -> {
          isBusy.countDown();
          awaitUninterruptibly(mayGoOn);
        };
    fixture.db.offer(batch(fixture.item("set", "a", "1")));
    isBusy.await();
    String large = "x".repeat(3 << 20);
    assertThat(fixture.db.offer(batch(fixture.item("set", "b", large)))).isTrue();
    assertThat(fixture.db.offer(batch(fixture.item("set", "c", large)))).isTrue();
    assertThat(fixture.db.offer(batch(fixture.item("set", "d", large)))).isFalse();
    assertThat(fixture.db.offer(batch(fixture.item("set", "e", "1")))).isFalse();
    List<Reply> refused = await(fixture.db.execute(List.of(call("set", "a", "1"))));
    assertThat(DbFixture.text(refused.get(0)))
        .isEqualTo("-BUSY too many commands are waiting for this DB, try again");
    fixture.listener.onApplied = () -> {};
    mayGoOn.countDown();
    await(fixture.db.drain());
    assertThat(fixture.listener.events).containsOnlyOnce("room");
    assertThat(fixture.listener.failures).isEmpty();
    fixture.assertReads("1", "get", "e");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aClosedDbAnswersInsteadOfWaiting() {
    fixture.db.close();
    List<Reply> replies = await(fixture.db.execute(List.of(call("set", "a", "1"))));
    assertThat(DbFixture.text(replies.get(0))).isEqualTo("-ERR the DB is closed");
    assertThat(fixture.db.drain().toCompletableFuture()).isCompletedExceptionally();
    assertThat(fixture.db.offer(batch(ping()))).isTrue();
  }

  /** W-6. */
  @Test
  void aCheckpointStandsAtTheAppliedOffset() {
    fixture.take(fixture.item("set", "a", "1"));
    Path copy = folder.resolve("checkpoint");
    assertThat(await(fixture.db.checkpoint(copy))).isEqualTo(fixture.db.applied());
    try (PikaDb data = PikaDb.open(copy, DbFixture.OPTIONS)) {
      assertThat(data.applied()).containsOnly(fixture.db.applied());
    }
  }

  /** W-22. */
  @Test
  void whatExpiredLongBeforeTheLastItemIsRemovedWhenNothingWaits() {
    long now = DbFixture.NOW_SECONDS;
    fixture.take(
        fixture.item("pksetexat", "long-gone", Long.toString(now - 3_600), "v"),
        fixture.item("pksetexat", "just-gone", Long.toString(now - 10), "v"),
        fixture.item("pksetexat", "alive", Long.toString(now + 3_600), "v"));

    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !hasRecord("long-gone"));

    assertThat(hasRecord("just-gone")).isTrue();
    assertThat(hasRecord("alive")).isTrue();
  }

  /** Whether the key takes room on disk, expired or not. */
  private boolean hasRecord(String key) {
    byte[] name = key.getBytes(StandardCharsets.US_ASCII);
    try (DbView view = fixture.db.view()) {
      return view.rows(name).get(Family.META, KeyFormat.meta(name)) != null;
    }
  }
}
