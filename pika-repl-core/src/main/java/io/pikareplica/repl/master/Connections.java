package io.pikareplica.repl.master;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The open connections of one port, few enough and none for ever. Strangers, who have not shown yet
 * that they are replicas, must say something whole every now and then; when there are too many of
 * them, the one that was silent longest makes room. Whoever does not take what it is sent is
 * closed. Event loop only.
 */
final class Connections {
  /** More than any deployment has; each may make us keep a few MiB for it. */
  static final int MAX_KNOWN = 64;

  static final int MAX_STRANGERS = 256;

  private final long strangerMs;
  private final long idleMs;
  private final long stallMs;
  private final LongSupplier clockMs;

  /** By when they were heard of last, the longest silent first. */
  private final Map<Channel, Peer> peers = new LinkedHashMap<>(16, 0.75f, true);

  private int known;

  private static final class Peer {
    final Consumer<String> closing;
    long heardMs;
    boolean isKnown;
    long progress;
    long progressMs;

    Peer(Consumer<String> closing, long nowMs) {
      this.closing = closing;
      heardMs = nowMs;
      progressMs = nowMs;
    }
  }

  /**
   * @param strangerMs how long a stranger may be silent
   * @param idleMs how long a replica may be
   * @param stallMs how long anybody may be silent and leave unread what it is sent
   */
  Connections(long strangerMs, long idleMs, long stallMs, LongSupplier clockMs) {
    this.strangerMs = strangerMs;
    this.idleMs = idleMs;
    this.stallMs = stallMs;
    this.clockMs = clockMs;
  }

  /**
   * A stranger has come.
   *
   * @param closing closes the connection for a reason
   */
  void opened(Channel channel, Consumer<String> closing) {
    if (peers.size() - known >= MAX_STRANGERS) {
      Map.Entry<Channel, Peer> oldest =
          peers.entrySet().stream().filter(entry -> !entry.getValue().isKnown).findFirst().get();
      peers.remove(oldest.getKey()); // it is seen to be closed later only, when more have come
      oldest.getValue().closing.accept("others who said nothing yet have come");
    }
    peers.put(channel, new Peer(closing, clockMs.getAsLong()));
  }

  /** A whole message has come. */
  void heard(Channel channel) {
    Peer peer = peers.get(channel);
    if (peer != null) {
      peer.heardMs = clockMs.getAsLong();
    }
  }

  /** Whether there is room for one more replica, or it is one already: then it is no stranger. */
  boolean admit(Channel channel) {
    Peer peer = peers.get(channel);
    if (peer == null || (!peer.isKnown && known >= MAX_KNOWN)) {
      return false;
    }
    known += peer.isKnown ? 0 : 1;
    peer.isKnown = true;
    return true;
  }

  void closed(Channel channel) {
    Peer peer = peers.remove(channel);
    known -= peer != null && peer.isKnown ? 1 : 0;
  }

  /** Closes the silent and the stalled. */
  void tick() {
    long now = clockMs.getAsLong();
    List<Runnable> closings = new ArrayList<>(); // closing changes the map
    peers.forEach(
        (channel, peer) -> {
          long silentMs = now - peer.heardMs;
          // one whose disk is slow takes nothing for a while, but tells what it has applied
          if (isStalled(channel, peer, now) && silentMs > stallMs) {
            closings.add(() -> peer.closing.accept("it takes nothing"));
          } else if (silentMs > (peer.isKnown ? idleMs : strangerMs)) {
            closings.add(() -> peer.closing.accept("nothing heard"));
          }
        });
    closings.forEach(Runnable::run);
  }

  /** Whether the message that is being written is where it was all that time. */
  private boolean isStalled(Channel channel, Peer peer, long now) {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    if (waiting == null || waiting.isEmpty()) {
      peer.progressMs = now;
      return false;
    }
    long progress = (long) System.identityHashCode(waiting.current()) << 32;
    progress += waiting.currentProgress();
    if (progress != peer.progress) {
      peer.progress = progress;
      peer.progressMs = now;
    }
    return now - peer.progressMs > stallMs;
  }
}
