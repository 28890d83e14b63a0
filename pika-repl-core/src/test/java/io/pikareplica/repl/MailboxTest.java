package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private final Mailbox mailbox = new Mailbox(1000, 10);

  private static WorkerTask frame(int bytes) {
    return new WorkerTask.Replicated(
        DbFixture.batch(new ReplicatedBatch.Entry(BinlogOffset.ZERO, new byte[0])), bytes);
  }

  private static WorkerTask client(int bytes) {
    return new WorkerTask.Client(List.of(), new CompletableFuture<>(), bytes);
  }

  private static WorkerTask control() {
    return new WorkerTask.Control(() -> {});
  }

  private List<WorkerTask> take() throws InterruptedException {
    return mailbox.take(0, 600, 5);
  }

  @Test
  void whatComesFromAMasterIsTakenBeyondTheBoundAndTheSenderToldToStop() {
    assertThat(mailbox.put(frame(1000))).isEqualTo(Mailbox.Put.TAKEN);
    assertThat(mailbox.put(frame(1))).isEqualTo(Mailbox.Put.TAKEN_STOP);
    assertThat(mailbox.put(frame(5000))).isEqualTo(Mailbox.Put.TAKEN_STOP);
  }

  @Test
  void tooManyItemsAreABoundToo() {
    for (int i = 0; i < 10; i++) {
      assertThat(mailbox.put(frame(1))).isEqualTo(Mailbox.Put.TAKEN);
    }
    assertThat(mailbox.put(frame(1))).isEqualTo(Mailbox.Put.TAKEN_STOP);
  }

  @Test
  void aClientIsRefusedOverTheBoundAndTakenBelowIt() throws InterruptedException {
    mailbox.put(frame(1001));
    assertThat(mailbox.putIfRoom(client(1))).isEqualTo(Mailbox.Put.FULL);
    take();
    assertThat(mailbox.takeRoomSignal()).isTrue();
    assertThat(mailbox.putIfRoom(client(1))).isEqualTo(Mailbox.Put.TAKEN);
  }

  @Test
  void theRoomSignalComesOnceAndBelowHalfOnly() throws InterruptedException {
    mailbox.put(frame(550));
    mailbox.put(frame(500));
    mailbox.put(frame(100));
    take();
    assertThat(mailbox.takeRoomSignal()).isFalse();
    take();
    assertThat(mailbox.takeRoomSignal()).isTrue();
    assertThat(mailbox.takeRoomSignal()).isFalse();
  }

  @Test
  void nobodyIsTakenForStoppedWhoWasNotTold() throws InterruptedException {
    mailbox.put(frame(10));
    take();
    assertThat(mailbox.takeRoomSignal()).isFalse();
  }

  @Test
  void tasksOfOneKindComeAsAGroupWithinItsBounds() throws InterruptedException {
    List<WorkerTask> tasks =
        List.of(frame(200), frame(300), frame(200), client(1), control(), control(), frame(900));
    tasks.forEach(mailbox::put);
    assertThat(take()).containsExactly(tasks.get(0), tasks.get(1));
    assertThat(take()).containsExactly(tasks.get(2));
    assertThat(take()).containsExactly(tasks.get(3));
    assertThat(take()).containsExactly(tasks.get(4));
    assertThat(take()).containsExactly(tasks.get(5));
    assertThat(take()).containsExactly(tasks.get(6));
    assertThat(take()).isEmpty();
    assertThat(mailbox.waitingBytes()).isZero();
  }

  @Test
  void aClosedMailboxTakesNothingButGivesWhatIsThere() throws InterruptedException {
    mailbox.put(frame(1));
    mailbox.close();
    assertThat(mailbox.put(frame(1))).isEqualTo(Mailbox.Put.CLOSED);
    assertThat(mailbox.isDone()).isFalse();
    assertThat(mailbox.take(10_000, 600, 5)).hasSize(1);
    assertThat(mailbox.take(10_000, 600, 5)).isEmpty();
    assertThat(mailbox.isDone()).isTrue();
  }
}
