package io.pikareplica.repl.master;

import com.google.protobuf.MessageLite;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.Seldom;
import io.pikareplica.repl.net.FrameException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection of a replica on the port +2000. Event loop only. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is seen
final class ReplicaLink {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaLink.class);

  /** Requests that wait for the disk; a replica asks once for each of its DBs. */
  private static final int MAX_OUTSTANDING = 32;

  private final Channel channel;
  private final Seldom lines;
  private Optional<HostPort> registered = Optional.empty();
  private int outstanding;

  /**
   * @param lines for what strangers can bring about
   */
  ReplicaLink(Channel channel, Seldom lines) {
    this.channel = channel;
    this.lines = lines;
  }

  Channel channel() {
    return channel;
  }

  /**
   * Before a request that is answered.
   *
   * @throws FrameException for one who asks faster than we answer, or leaves answers unread
   */
  void checkAsking() throws FrameException {
    if (outstanding >= MAX_OUTSTANDING) {
      throw new FrameException("it asks more than " + MAX_OUTSTANDING + " things at once");
    }
    if (!isWritable()) {
      throw new FrameException("it asks on and does not take the answers");
    }
  }

  /** A request waits for the disk. */
  void waits() {
    outstanding++;
  }

  void waitsNoMore() {
    outstanding--;
  }

  /** Who it is, since its MetaSync. */
  Optional<HostPort> registered() {
    return registered;
  }

  void register(HostPort address) {
    registered = Optional.of(address);
  }

  boolean isOpen() {
    return channel.isActive();
  }

  /** Whether what was sent before has mostly left. */
  boolean isWritable() {
    return channel.isWritable();
  }

  /** Bytes that wait to be taken by the replica. */
  long pendingBytes() {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes();
  }

  /** One that cannot be sent, for want of memory, ends the connection: what follows needs it. */
  void send(MessageLite message) {
    channel
        .writeAndFlush(message)
        .addListener(
            sent -> {
              if (!sent.isSuccess()) {
                close(String.valueOf(sent.cause().getMessage()));
              }
            });
  }

  /** Closes because of what the replica, or our binlog, has done. */
  void close(String reason) {
    if (channel.isOpen()) {
      if (registered.isPresent()) {
        LOG.warn("replica={} link closed reason=\"{}\"", this, reason);
      } else {
        tell("link closed", reason);
      }
      channel.close();
    }
  }

  /** A line about a stranger, but not one for each of a thousand. */
  void tell(String what, String reason) {
    lines
        .next()
        .ifPresent(
            leftOut ->
                LOG.warn("replica={} {} reason=\"{}\" not_shown={}", this, what, reason, leftOut));
  }

  /** Closes as we meant to. */
  void leave(String reason) {
    if (channel.isOpen()) {
      LOG.info("replica={} link closed reason=\"{}\"", this, reason);
      channel.close();
    }
  }

  @Override
  public String toString() {
    return registered.map(HostPort::toString).orElse("?") + "@" + channel.remoteAddress();
  }
}
