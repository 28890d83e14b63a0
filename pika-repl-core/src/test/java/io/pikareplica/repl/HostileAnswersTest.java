package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.pikareplica.binlog.hostile.HostileBytes;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.repl.net.ProtocolChecks;
import io.pikareplica.repl.wire.HostileFrames;
import io.pikareplica.repl.wire.RecordedFrames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a master, or whoever listens in its place, may answer: from bytes to events and items. */
class HostileAnswersTest {
  @Test
  void answersBecomeEventsAndItemsOrEndTheConnection() throws IOException {
    HostileBytes answers =
        HostileFrames.against("answers of a master", InnerResponse.parser(), () -> this::take)
            .asStream()
            .watching(ProtocolChecks.class, InnerResponses.class, StreamRouter.class);
    RecordedFrames.shortestOfEachType("repl", "master").forEach(answers::sample);

    assertThat(answers.run().fuzzed()).isPositive();
  }

  private void take(ChannelHandlerContext ctx, InnerResponse response, Consumer<Object> found)
      throws FrameException {
    ProtocolChecks.check(response);
    switch (response.getType()) {
      case kMetaSync -> {
        ReplicaEvent.MetaSyncReply reply = InnerResponses.metaSync(1, response);
        assertOneLine(reply.text());
        found.accept(reply);
      }
      case kTrySync -> {
        ReplicaEvent.TrySyncReply reply = InnerResponses.trySync(1, 0, response);
        assertOneLine(reply.text());
        found.accept(reply);
      }
      case kDBSync -> found.accept(InnerResponses.dbSync(1, 0, response));
      case kBinlogSync -> route(response, found);
      case kHeatBeat, kRemoveSlaveNode -> {}
    }
  }

  private static void assertOneLine(String text) {
    assertThat(text).hasSizeLessThanOrEqualTo(200).doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]");
  }

  private static void route(InnerResponse response, Consumer<Object> found) {
    StreamRouter router =
        new StreamRouter(
            List.of("db0", "db1"),
            new StreamRouter.Outlet() {
              @Override
              public void offer(int db, ReplicatedBatch batch) {
                for (ReplicatedBatch.Entry entry : batch.entries()) {
                  found.accept(List.of(db, entry.end(), ByteBuffer.wrap(entry.item())));
                }
              }

              @Override
              public void answerPing(int db, int sessionId) {
                found.accept("ping " + db);
              }

              @Override
              public void wrongSession(int db, int sessionId) {
                found.accept("wrong session " + db + " " + sessionId);
              }
            });
    router.items(
        0, response.getBinlogSyncCount() == 0 ? 0 : response.getBinlogSync(0).getSessionId());
    router.pings(1, 1);
    router.route(1, response, db -> {});
  }
}
