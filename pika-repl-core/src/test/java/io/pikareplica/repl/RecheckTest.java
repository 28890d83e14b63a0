package io.pikareplica.repl;

import static io.pikareplica.repl.DbFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** W-13: a history of the same length is known by its items. */
class RecheckTest {
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

  /** What a master sends that has logged this at the place of our last item. */
  private ReplicatedBatch.Entry inPlaceOf(BinlogOffset before, String... words) {
    fixture.masterAt(before);
    return fixture.item(words);
  }

  @Test
  void whatIsSentOnceMoreIsAcknowledgedAndNotAppliedAgain() {
    ReplicatedBatch.Entry first = fixture.item("rpush", "l", "a");
    ReplicatedBatch.Entry second = fixture.item("rpush", "l", "b");
    ReplicatedBatch.Entry third = fixture.item("rpush", "l", "c");
    fixture.take(first, second);
    await(fixture.db.drainForStream());

    assertThat(fixture.db.streamFrom()).isEqualTo(first.end());
    assertThat(fixture.db.isRecheckDue()).as("not up before that").isTrue();
    fixture.take(second);
    assertThat(fixture.db.isRecheckDue()).isFalse();
    fixture.take(third);

    assertThat(fixture.listener.events)
        .containsExactly(
            "applied " + first.end() + " " + second.end(),
            "applied " + second.end() + " " + second.end(),
            "applied " + third.end() + " " + third.end());
    fixture.assertReads("a,b,c", "lrange", "l", "0", "-1");
  }

  @Test
  void oneFrameMayHoldOldAndNew() {
    fixture.take(fixture.item("set", "before", "1"));
    ReplicatedBatch.Entry first = fixture.item("rpush", "l", "a");
    ReplicatedBatch.Entry second = fixture.item("rpush", "l", "b");
    fixture.take(first);
    await(fixture.db.drainForStream());

    fixture.take(first, second);

    assertThat(fixture.listener.events)
        .last()
        .isEqualTo("applied " + first.end() + " " + second.end());
    fixture.assertReads("a,b", "lrange", "l", "0", "-1");
  }

  /** W-13. */
  @Test
  void anotherItemOfTheSameLengthIsAnotherHistory() {
    fixture.take(fixture.item("set", "before", "1"));
    BinlogOffset before = fixture.db.received();
    ReplicatedBatch.Entry ours = fixture.item("set", "key", "ours");
    fixture.take(ours);
    await(fixture.db.drainForStream());

    fixture.take(inPlaceOf(before, "set", "key", "them"));
    fixture.take(fixture.item("set", "new", "1"));

    assertThat(fixture.listener.events).endsWith("failed DIVERGED", "failed DIVERGED").hasSize(4);
    assertThat(fixture.listener.failures.get(0))
        .hasMessage("db0: the master's item after " + before + " is not the one that we have");
    fixture.assertReads("ours", "get", "key");
    fixture.assertReads("nil", "get", "new");
    assertThat(fixture.db.received()).isEqualTo(ours.end());
  }

  @Test
  void anItemOfAnotherLengthIsAnotherHistory() {
    fixture.take(fixture.item("set", "before", "1"));
    BinlogOffset before = fixture.db.received();
    fixture.take(fixture.item("set", "key", "ours"));
    await(fixture.db.drainForStream());

    fixture.take(inPlaceOf(before, "set", "key", "theirs"));

    assertThat(fixture.listener.events).last().isEqualTo("failed DIVERGED");
  }

  /** Not only the last: the one before it may be the one that tells. */
  @Test
  void everyItemOfTheTailCounts() {
    fixture.take(fixture.item("set", "before", "1"));
    BinlogOffset before = fixture.db.received();
    ReplicatedBatch.Entry ghost = fixture.item("set", "key", "ghost");
    ReplicatedBatch.Entry same = fixture.item("incr", "n");
    fixture.take(ghost, same);
    await(fixture.db.drainForStream());

    fixture.take(inPlaceOf(before, "set", "key", "other"), same);

    assertThat(fixture.listener.events).last().isEqualTo("failed DIVERGED");
  }

  /** A Pika in C++ that was a replica has logged the same commands with times of its own. */
  @Test
  void headersMayDiffer() {
    fixture.take(fixture.item("set", "before", "1"));
    ReplicatedBatch.Entry ours = fixture.item("incr", "n");
    fixture.take(ours);
    await(fixture.db.drainForStream());
    byte[] theirs = ours.item().clone();
    theirs[2]++; // a second later

    fixture.take(new ReplicatedBatch.Entry(ours.end(), theirs), fixture.item("incr", "n"));

    assertThat(fixture.listener.failures).isEmpty();
    fixture.assertReads("2", "get", "n");
  }

  @Test
  void aStreamThatEndsOnTheWayIsAskedForFromTheStart() {
    ReplicatedBatch.Entry first = fixture.item("rpush", "l", "a");
    ReplicatedBatch.Entry second = fixture.item("rpush", "l", "b");
    ReplicatedBatch.Entry third = fixture.item("rpush", "l", "c");
    fixture.take(first, second, third);
    await(fixture.db.drainForStream());
    fixture.take(second);

    await(fixture.db.drainForStream());
    assertThat(fixture.db.streamFrom()).isEqualTo(first.end());
    fixture.take(second, third, fixture.item("rpush", "l", "d"));

    assertThat(fixture.listener.failures).isEmpty();
    fixture.assertReads("a,b,c,d", "lrange", "l", "0", "-1");
  }

  @Test
  void whatTheMasterCannotSendIsNotWaitedFor() {
    fixture.take(fixture.item("set", "a", "1"), fixture.item("set", "a", "2"));
    await(fixture.db.drainForStream());
    assertThat(fixture.db.isRecheckDue()).isTrue();

    fixture.db.streamFromEnd();

    assertThat(fixture.db.isRecheckDue()).isFalse();
    assertThat(fixture.db.streamFrom()).isEqualTo(fixture.db.received());
    fixture.take(fixture.item("set", "a", "3"));
    assertThat(fixture.listener.failures).isEmpty();
  }

  @Test
  void thereIsNothingToCompareRightAfterAReset() {
    fixture.take(fixture.item("set", "a", "1"));
    await(fixture.db.resetBinlog(new BinlogOffset(4, 1_000)));
    await(fixture.db.drainForStream());

    assertThat(fixture.db.streamFrom()).isEqualTo(fixture.db.received());
    fixture.masterAt(fixture.db.received());
    fixture.take(fixture.item("set", "a", "2"));
    assertThat(fixture.listener.failures).isEmpty();
  }

  @Test
  void aBinlogThatCannotBeReadStopsTheDb() throws Exception {
    fixture.take(fixture.item("set", "a", "1"));
    Path file = fixture.db.binlogFolder().resolve("write2file0");
    byte[] bytes = Files.readAllBytes(file);
    bytes[7] = 99; // the type of the first record
    Files.write(file, bytes);

    assertThat(fixture.db.drainForStream().toCompletableFuture())
        .failsWithin(Duration.ofSeconds(20));
    assertThat(fixture.db.failure()).isPresent();
  }
}
