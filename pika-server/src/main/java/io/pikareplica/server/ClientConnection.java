package io.pikareplica.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.pikareplica.server.resp.RespEncoder;
import io.pikareplica.storage.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

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
  private final ClientMemory memory;
  private final String address;
  private final String localAddress;
  private final long createdNanos;
  private final AtomicBoolean isKilled = new AtomicBoolean();
  private final Subscriptions subscriptions = new Subscriptions();
  private final List<Watch> watches = new ArrayList<>();
  private final AtomicLong upcomingBytes = new AtomicLong();
  private final AtomicLong countedBytes = new AtomicLong();

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
  private volatile boolean isSpared;
  private volatile long lastReplyBytes;
  private volatile long requestBytes;
  private volatile long keptBytes;

  // event loop only
  private boolean isAuthenticated;
  private ReplyMode replyMode = ReplyMode.ON;
  private Optional<Transaction> transaction = Optional.empty();
  private ByteBuf out;
  private boolean isUnflushed;
  private boolean isCorked;
  private boolean isClosing;

  ClientConnection(
      long id, Channel channel, ServerStats stats, ClientMemory memory, boolean isAuthenticated) {
    this.id = id;
    this.channel = channel;
    this.stats = stats;
    this.memory = memory;
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

  /** Bytes that wait for the client to take them. */
  long replyBytes() {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes();
  }

  /** Looks whether the client has taken something since the last time. One thread at a time. */
  boolean tookSomething() {
    long waiting = replyBytes();
    boolean isLess = waiting < lastReplyBytes;
    lastReplyBytes = waiting;
    return isLess;
  }

  /** Bytes of requests that are not answered, whole or not. */
  long requestBytes() {
    return requestBytes;
  }

  /** Bytes that MULTI, WATCH and SUBSCRIBE keep. */
  long keptBytes() {
    return keptBytes;
  }

  /** All of them, and what it was granted and has not taken yet. */
  long memoryBytes() {
    return replyBytes() + requestBytes + keptBytes + upcomingBytes.get();
  }

  /** Whether it stays when memory is short. */
  boolean isSpared() {
    return isSpared;
  }

  /** {@link ClientMemory}'s. */
  AtomicLong upcomingBytes() {
    return upcomingBytes;
  }

  /** {@link ClientMemory}'s. */
  AtomicLong countedBytes() {
    return countedBytes;
  }

  /**
   * Cuts the client off at once. Any thread.
   *
   * @return whether that was not done before
   */
  boolean kill() {
    boolean isFirst = isKilled.compareAndSet(false, true);
    channel.close();
    return isFirst;
  }

  /** Whether it was cut off, though its event loop may not have noticed yet. Any thread. */
  boolean isKilled() {
    return isKilled.get();
  }

  /**
   * Sends a message that the client did not ask for just now. Any thread.
   *
   * @return false if there was no memory for it, and the client is cut off
   */
  boolean deliver(List<Reply> message) {
    return deliver(
        RespEncoder.sizeBytes(message), out -> RespEncoder.encodePush(message, protocol, out));
  }

  /** Likewise, one reply that belongs to no request, such as a line of MONITOR. */
  boolean deliver(Reply line) {
    return deliver(RespEncoder.sizeBytes(line), out -> RespEncoder.encode(line, protocol, out));
  }

  private boolean deliver(long size, Consumer<ByteBuf> message) {
    boolean isMine = channel.eventLoop().inEventLoop();
    if (isMine) {
      append(size, message);
      if (!isCorked) {
        flush();
      }
      return !isKilled();
    }
    boolean isGranted = memory.mayTake(this, size);
    ByteBuf bytes = isGranted ? channel.alloc().buffer(capacity(size)) : Unpooled.EMPTY_BUFFER;
    if (isGranted) {
      message.accept(bytes);
    }
    memory.took(this, size);
    stats.sent(bytes.readableBytes());
    channel.writeAndFlush(bytes, channel.voidPromise());
    memory.changed(this);
    return isGranted;
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

  /** To be called when requests were read or answered: says what the client holds now. */
  void holds(long bytesOfRequests) {
    requestBytes = bytesOfRequests;
    keptBytes =
        transaction.map(Transaction::bytes).orElse(0L)
            + subscriptions.bytes()
            + watches.stream().mapToLong(Watch::bytes).sum();
    memory.changed(this);
  }

  /** CLIENT NO-EVICT. */
  void spared(boolean value) {
    isSpared = value;
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
      append(RespEncoder.sizeBytes(reply), buffer -> RespEncoder.encode(reply, protocol, buffer));
    }
  }

  void push(List<Reply> message) {
    append(
        RespEncoder.sizeBytes(message),
        buffer -> RespEncoder.encodePush(message, protocol, buffer));
  }

  /** A large reply gets a buffer of its size: one that grows would be there twice. */
  private void append(long size, Consumer<ByteBuf> reply) {
    boolean isLarge = size >= CHUNK_BYTES;
    if (isLarge && out != null) {
      write();
    }
    boolean isGranted = !isLarge || memory.mayTake(this, size);
    if (isGranted) {
      if (out == null) {
        out = isLarge ? channel.alloc().buffer(capacity(size)) : channel.alloc().buffer();
      }
      reply.accept(out);
    }
    if (isLarge) {
      memory.took(this, size);
    }
    if (out != null && out.readableBytes() >= CHUNK_BYTES) {
      write();
      memory.changed(this);
    }
  }

  private static int capacity(long size) {
    return (int) Math.min(Integer.MAX_VALUE, size);
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
