package io.pikareplica.repl.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConnectionsTest {
  private final List<String> closed = new ArrayList<>();
  private final Connections connections = new Connections(20, 60, 20, () -> this.nowMs);
  private long nowMs;
  private boolean isCloseSeenAtOnce = true;

  @Test
  void aStrangerMustSayWhatItWantsAndAReplicaMayBeSilentForLonger() {
    Channel stranger = open("stranger");
    Channel replica = open("replica");
    assertThat(connections.admit(replica)).isTrue();
    nowMs = 15;
    connections.heard(stranger);
    nowMs = 35;
    connections.tick();
    assertThat(closed).isEmpty();

    nowMs = 36;
    connections.tick();
    assertThat(closed).containsExactly("stranger: nothing heard");
    nowMs = 60;
    connections.tick();
    assertThat(closed).hasSize(1);
    nowMs = 61;
    connections.tick();
    assertThat(closed).last().isEqualTo("replica: nothing heard");
  }

  @Test
  void theStrangerThatWasSilentLongestMakesRoom() {
    Channel first = open("first");
    Channel replica = open("replica");
    connections.admit(replica);
    for (int i = 1; i < Connections.MAX_STRANGERS; i++) {
      open("stranger " + i);
    }
    connections.heard(first);
    assertThat(closed).isEmpty();

    isCloseSeenAtOnce = false; // many come before the event loop sees that one was closed
    open("one too many");
    open("two too many");
    assertThat(closed)
        .containsExactly(
            "stranger 1: others who said nothing yet have come",
            "stranger 2: others who said nothing yet have come");
  }

  @Test
  void admitsSoManyReplicasAndOneMoreWhenOneHasGone() {
    List<Channel> replicas = new ArrayList<>();
    for (int i = 0; i < Connections.MAX_KNOWN; i++) {
      replicas.add(open("replica"));
      assertThat(connections.admit(replicas.get(i))).isTrue();
      assertThat(connections.admit(replicas.get(i))).isTrue();
    }
    Channel late = open("late");
    assertThat(connections.admit(late)).isFalse();

    connections.closed(replicas.get(0));
    assertThat(connections.admit(late)).isTrue();
    assertThat(connections.admit(replicas.get(0))).isFalse();
  }

  private Channel open(String name) {
    Channel[] channel = new Channel[1];
    channel[0] = new EmbeddedChannel();
    connections.opened(
        channel[0],
        reason -> {
          closed.add(name + ": " + reason);
          if (isCloseSeenAtOnce) {
            connections.closed(channel[0]);
          }
        });
    return channel[0];
  }
}
