package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.pikareplica.storage.cmd.Glob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Subscribers whose event loops have yet to notice that they were cut off. */
class PubSubTest {
  private static final Glob ALL = new Glob("*".getBytes(US_ASCII));

  private final PubSub pubSub = new PubSub();
  private final ServerStats stats = new ServerStats();
  private final ClientMemory memory = new ClientMemory(new Clients(), () -> 0, stats);
  private final ClientConnection killed = client(1);
  private final ClientConnection other = client(2);

  private ClientConnection client(long id) {
    return new ClientConnection(id, new EmbeddedChannel(), stats, memory, true);
  }

  @AfterEach
  void close() {
    other.kill();
  }

  @Test
  void whoWasCutOffListensNoMore() {
    pubSub.subscribe("a", killed);
    pubSub.subscribePattern("a*", killed);
    assertThat(pubSub.channels(ALL)).containsExactly("a");
    assertThat(pubSub.subscriberCount("a")).isEqualTo(1);
    assertThat(pubSub.patternCount()).isEqualTo(1);

    killed.kill();

    assertThat(pubSub.channels(ALL)).isEmpty();
    assertThat(pubSub.subscriberCount("a")).isZero();
    assertThat(pubSub.patternCount()).isZero();
    assertThat(pubSub.publish("a", new byte[1], 1_000)).isZero();
  }

  @Test
  void othersListenOn() {
    pubSub.subscribe("a", killed);
    pubSub.subscribe("a", other);
    pubSub.subscribePattern("a*", killed);
    pubSub.subscribePattern("a*", other);

    killed.kill();

    assertThat(pubSub.channels(ALL)).containsExactly("a");
    assertThat(pubSub.subscriberCount("a")).isEqualTo(1);
    assertThat(pubSub.patternCount()).isEqualTo(1);
  }
}
