package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.InnerMessage.StatusCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamRouterTest {
  private static final int SESSION = 7;
  private static final byte[] ITEM = new byte[40];

  private final List<String> told = new ArrayList<>();
  private final List<Integer> heard = new ArrayList<>();
  private final StreamRouter router =
      new StreamRouter(
          List.of("db0", "db1"),
          new StreamRouter.Outlet() {
            @Override
            public void offer(int db, ReplicatedBatch batch) {
              told.add(
                  "offer db"
                      + db
                      + " "
                      + batch.connectionId()
                      + "/"
                      + batch.sessionId()
                      + " "
                      + batch.entries().stream().map(ReplicatedBatch.Entry::end).toList());
            }

            @Override
            public void answerPing(int db, int sessionId) {
              told.add("answer db" + db + " " + sessionId);
            }

            @Override
            public void wrongSession(int db, int sessionId) {
              told.add("wrong db" + db + " " + sessionId);
            }
          });

  private final InnerResponse.Builder frame =
      InnerResponse.newBuilder().setType(InnerMessage.Type.kBinlogSync).setCode(StatusCode.kOk);

  private void entry(String db, int session, long end, byte[] item) {
    frame
        .addBinlogSyncBuilder()
        .setSlot(Slot.newBuilder().setDbName(db).setSlotId(0))
        .setBinlogOffset(InnerMessage.BinlogOffset.newBuilder().setFilenum(0).setOffset(end))
        .setBinlog(ByteString.copyFrom(item))
        .setSessionId(session);
  }

  private void item(String db, int session, long end) {
    entry(db, session, end, ITEM);
  }

  private void ping(String db, int session) {
    entry(db, session, 0, new byte[0]);
  }

  private void route() {
    router.route(3, frame.build(), heard::add);
  }

  @Test
  void takesTheItemsOfAFrameToTheirDb() {
    router.items(0, SESSION);
    item("db0", SESSION, 48);
    item("db0", SESSION, 96);
    route();
    assertThat(told)
        .containsExactly(
            "offer db0 3/7 " + List.of(new BinlogOffset(0, 48), new BinlogOffset(0, 96)));
    assertThat(heard).containsExactly(0);
  }

  @Test
  void dealsOutAFrameWithItemsOfSeveralDbs() {
    router.items(0, SESSION);
    router.items(1, 9);
    item("db0", SESSION, 48);
    item("db1", 9, 480);
    route();
    assertThat(told)
        .containsExactly(
            "offer db0 3/7 " + List.of(new BinlogOffset(0, 48)),
            "offer db1 3/9 " + List.of(new BinlogOffset(0, 480)));
    assertThat(heard).containsExactly(0, 1);
  }

  /** W-10: during a full sync the original applies items to the data that is about to go. */
  @Test
  void answersPingsAndDropsItemsWhileASnapshotIsOnItsWay() {
    router.pings(0, SESSION);
    ping("db0", SESSION);
    route();
    frame.clearBinlogSync();
    item("db0", SESSION, 48);
    route();
    assertThat(told).containsExactly("answer db0 7");
  }

  @Test
  void dropsEverythingBeforeASessionIsAgreedOnAndAfterItHasEnded() {
    item("db0", SESSION, 48);
    route();
    router.items(0, SESSION);
    router.close(0);
    route();
    router.items(0, SESSION);
    router.closeAll();
    route();
    assertThat(told).isEmpty();
    assertThat(heard).containsExactly(0, 0, 0);
  }

  /** W-8: items that were in flight before a reconnect. */
  @Test
  void dropsTheWholeMessageOfAnotherSessionAndSaysSoOnce() {
    router.items(0, SESSION);
    item("db0", SESSION, 48);
    item("db0", 8, 96);
    route();
    route();
    assertThat(told).containsExactly("wrong db0 8");
  }

  /** W-21: the original fails on a DB that it does not have. */
  @Test
  void ignoresADbThatIsNotHere() {
    router.items(0, SESSION);
    item("db7", SESSION, 48);
    route();
    assertThat(told).isEmpty();
    assertThat(heard).isEmpty();
  }
}
