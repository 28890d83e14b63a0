package io.pikareplica.repl.master;

import com.google.protobuf.MessageLite;
import io.netty.channel.Channel;
import io.pikareplica.repl.HostPort;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection of a replica on the port +2000. Event loop only. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is seen
final class ReplicaLink {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaLink.class);

  private final Channel channel;
  private Optional<HostPort> registered = Optional.empty();

  ReplicaLink(Channel channel) {
    this.channel = channel;
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

  void send(MessageLite message) {
    channel.writeAndFlush(message);
  }

  /** Closes because of what the replica, or our binlog, has done. */
  void close(String reason) {
    if (channel.isOpen()) {
      LOG.warn("replica={} link closed reason=\"{}\"", this, reason);
      channel.close();
    }
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
