package io.pikareplica.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.pikareplica.server.resp.RespEncoder;
import io.pikareplica.storage.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One client: who it is, what it has chosen, what it is sent. Belongs to its channel's event loop;
 * what other threads look at (CLIENT LIST, CLIENT KILL, PUBLISH) says so. Closed with its channel.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is seen
final class ClientConnection {
  /** What is collected before it goes to the channel in one piece. */
  private static final int CHUNK_BYTES = 64 * 1024;

  /** CLIENT REPLY. */
  enum ReplyMode {
    ON,
    OFF,
    /** Says nothing to this command; the next one is skipped too. */
    SKIP_NEXT,
    SKIP
  }

  private final long id;
  private final Channel channel;
  private final ServerStats stats;
  private final String address;
  private final String localAddress;
  private final long createdNanos;
  private final Subscriptions subscriptions = new Subscriptions();
  private final List<Watch> watches = new ArrayList<>();

  // written by the event loop, read by any thread
  private volatile String name = "";
  private volatile String libName = "";
  private volatile String libVersion = "";
  private volatile String lastCommand = "NULL";
  private volatile int db;
  private volatile int protocol = 2;
  private volatile long lastActiveNanos;
  private volatile int queuedCommands = -1;
  private volatile boolean isMonitor;

  // event loop only
  private boolean isAuthenticated;
  private ReplyMode replyMode = ReplyMode.ON;
  private Optional<Transaction> transaction = Optional.empty();
  private ByteBuf out;
  private boolean isUnflushed;
  private boolean isCorked;
  private boolean isClosing;

  ClientConnection(long id, Channel channel, ServerStats stats, boolean isAuthenticated) {
    this.id = id;
    this.channel = channel;
    this.stats = stats;
    this.isAuthenticated = isAuthenticated;
    address = Addresses.text(channel.remoteAddress());
    localAddress = Addresses.text(channel.localAddress());
    createdNanos = System.nanoTime();
    lastActiveNanos = createdNanos;
  }

  // what any thread may ask

  long id() {
    return id;
  }

  /** {@code ip:port} of the client. */
  String address() {
    return address;
  }

  /** {@code ip:port} that the client reached. */
  String localAddress() {
    return localAddress;
  }

  String name() {
    return name;
  }

  String libName() {
    return libName;
  }

  String libVersion() {
    return libVersion;
  }

  String lastCommand() {
    return lastCommand;
  }

  int db() {
    return db;
  }

  int protocol() {
    return protocol;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  /** Commands between MULTI and EXEC so far; -1 outside. */
  int queuedCommands() {
    return queuedCommands;
  }

  boolean isMonitor() {
    return isMonitor;
  }

  long ageSeconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - createdNanos);
  }

  long idleSeconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastActiveNanos);
  }

  /** Bytes above the low mark that the client has not taken yet; 0 while it keeps up. */
  long pendingBytes() {
    return channel.isWritable() ? 0 : channel.bytesBeforeWritable();
  }

  /** Cuts the client off at once. Any thread. */
  void kill() {
    channel.close();
  }

  /** Sends a message that the client did not ask for just now. Any thread. */
  void deliver(List<Reply> message) {
    if (channel.eventLoop().inEventLoop()) {
      push(message);
      if (!isCorked) {
        flush();
      }
    } else {
      ByteBuf bytes = channel.alloc().buffer();
      RespEncoder.encodePush(message, protocol, bytes);
      stats.sent(bytes.readableBytes());
      channel.writeAndFlush(bytes, channel.voidPromise());
    }
  }

  /** Sends one reply that belongs to no request, such as a line of MONITOR. Any thread. */
  void deliverLine(Reply line) {
    channel
        .eventLoop()
        .execute(
            () -> {
              send(line);
              if (!isCorked) {
                flush();
              }
            });
  }

  // event loop only

  Channel channel() {
    return channel;
  }

  boolean isAuthenticated() {
    return isAuthenticated;
  }

  void authenticated(boolean value) {
    isAuthenticated = value;
  }

  void name(String value) {
    name = value;
  }

  void libName(String value) {
    libName = value;
  }

  void libVersion(String value) {
    libVersion = value;
  }

  void db(int value) {
    db = value;
  }

  void protocol(int value) {
    protocol = value;
  }

  void monitor(boolean value) {
    isMonitor = value;
  }

  void ranCommand(String command) {
    lastCommand = command;
  }

  void active() {
    lastActiveNanos = System.nanoTime();
  }

  ReplyMode replyMode() {
    return replyMode;
  }

  void replyMode(ReplyMode mode) {
    replyMode = mode;
  }

  Optional<Transaction> transaction() {
    return transaction;
  }

  void transaction(Optional<Transaction> value) {
    transaction = value;
    queuedCommands = value.isPresent() ? 0 : -1;
  }

  void queuedCommands(int count) {
    queuedCommands = count;
  }

  /** The keys that it watches. */
  List<Watch> watches() {
    return watches;
  }

  /** Whether the connection ends once what was sent so far is out. */
  boolean isClosing() {
    return isClosing;
  }

  void closeAfterReply() {
    isClosing = true;
  }

  /** While corked, what is sent is collected. */
  void cork(boolean value) {
    isCorked = value;
  }

  void send(Reply reply) {
    if (reply != Replies.NONE) {
      RespEncoder.encode(reply, protocol, buffer());
      spill();
    }
  }

  void push(List<Reply> message) {
    RespEncoder.encodePush(message, protocol, buffer());
    spill();
  }

  private ByteBuf buffer() {
    if (out == null) {
      out = channel.alloc().buffer();
    }
    return out;
  }

  private void spill() {
    if (out.readableBytes() >= CHUNK_BYTES) {
      write();
    }
  }

  private void write() {
    ByteBuf full = out;
    out = null;
    isUnflushed = true;
    stats.sent(full.readableBytes());
    channel.write(full, channel.voidPromise());
  }

  /** Hands everything to the socket; ends the connection when that was wanted. */
  void flush() {
    if (out != null) {
      write();
    }
    if (isUnflushed) {
      isUnflushed = false;
      channel.flush();
    }
    if (isClosing) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Drops what was not handed to the socket. */
  void discard() {
    if (out != null) {
      out.release();
      out = null;
    }
  }
}
