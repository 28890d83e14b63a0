package io.pikareplica.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.pikareplica.repl.Replication.Call;
import io.pikareplica.server.ClientConnection.ReplyMode;
import io.pikareplica.server.resp.RespDecoder;
import io.pikareplica.server.resp.RespLimits;
import io.pikareplica.server.resp.RespProtocolException;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.Reply;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one client's requests and answers them one after the other: the next one starts when the
 * one before has its reply. Requests are taken out of the received bytes only when it is their
 * turn; while some wait, or while the client does not take its replies, nothing more is read from
 * it. One per channel, on its event loop.
 */
final class ConnectionHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

  /** How many pipelined commands go to a worker at once. */
  private static final int MAX_RUN = 128;

  private static final long MAX_RUN_BYTES = 1 << 20;
  private static final long MEMORY_RETRY_MS = 10;

  private final ServerContext server;
  private final Dispatcher dispatcher;
  private RespDecoder decoder;
  private final Deque<ByteBuf> unread = new ArrayDeque<>();
  private Channel channel;
  private ClientConnection client;
  private boolean hasEntered;
  private boolean hasFullLimits;
  private boolean isBusy;
  private boolean isRetryDue;
  private long runningBytes;
  private long askedBytes;
  private boolean isProcessing;
  private final Deque<Args> putBack = new ArrayDeque<>();
  private Optional<String> protocolError = Optional.empty();

  ConnectionHandler(ServerContext server, Dispatcher dispatcher) {
    this.server = server;
    this.dispatcher = dispatcher;
    decoder = new RespDecoder(RespLimits.UNAUTHENTICATED, this::mayHold);
    decoder.limits(RespLimits.UNAUTHENTICATED, "unauthenticated");
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    channel = context.channel();
    ServerSettings settings = server.settings().get();
    boolean isOpen = settings.requirePass().isEmpty();
    client =
        new ClientConnection(
            server.clients().nextId(), channel, server.stats(), server.memory(), isOpen);
    if (!server.clients().enter(settings.maxClients())) {
      server.stats().connectionRejected();
      client.send(Reply.error("ERR max number of clients reached"));
      client.closeAfterReply();
      client.flush();
      return;
    }
    hasEntered = true;
    server.clients().add(client);
    server.stats().connectionReceived();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (client.isClosing()) {
      bytes.release();
      return;
    }
    server.stats().received(bytes.readableBytes());
    client.active();
    unread.add(bytes);
    process();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable()) {
      process();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    client.discard();
    unread.forEach(ByteBuf::release);
    unread.clear();
    putBack.clear();
    decoder = new RespDecoder(RespLimits.UNAUTHENTICATED); // without what it held
    if (hasEntered) {
      hasEntered = false;
      server.clients().leave();
      server.clients().remove(client);
      if (!isBusy) {
        server.memory().gone(client);
      }
      server.stats().connectionClosed();
      PubSubCommands.forgetAll(server, client);
      ToolCommands.stopMonitor(server, client);
      TransactionCommands.abandon(server, client);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      LOG.debug("client={} connection lost: {}", client.address(), cause.getMessage());
    } else {
      LOG.error("client={} cut off", client.address(), cause);
    }
    client.kill();
  }

  /** Answers what is there until there is nothing more, or a reply has to be waited for. */
  private void process() {
    if (isProcessing) {
      return;
    }
    isProcessing = true;
    client.cork(true);
    while (!isBusy && !client.isClosing() && !client.isKilled() && channel.isWritable()) {
      Optional<Args> request = nextRequest();
      if (request.isEmpty()) {
        break;
      }
      handle(request.get());
    }
    if (!isBusy && putBack.isEmpty() && !client.isClosing() && protocolError.isPresent()) {
      client.send(Reply.error("ERR Protocol error: " + protocolError.get()));
      client.closeAfterReply();
    }
    isProcessing = false;
    client.cork(false);
    client.flush();
    boolean wantsMore = unread.isEmpty() && channel.isWritable() && !client.isClosing();
    channel.config().setAutoRead(wantsMore);
    countMemory();
    if (decoder.isWaiting() && channel.isActive() && !isRetryDue) {
      retryLater();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the event loop
  private void retryLater() {
    isRetryDue = true;
    channel
        .eventLoop()
        .schedule(
            () -> {
              isRetryDue = false;
              process();
            },
            MEMORY_RETRY_MS,
            TimeUnit.MILLISECONDS);
  }

  /** Asked by the decoder before it makes room for a long word. */
  private boolean mayHold(long bytes) {
    askedBytes += bytes;
    // who is not to be evicted does not wait either: it may be what fills the memory
    return server.memory().mayTake(client, bytes)
        && (client.isSpared() || !server.memory().isFull());
  }

  private void countMemory() {
    long bytes = decoder.heldBytes() + runningBytes;
    for (ByteBuf part : unread) {
      bytes += part.capacity();
    }
    server.memory().took(client, askedBytes);
    askedBytes = 0;
    for (Args request : putBack) {
      bytes += request.sizeBytes();
    }
    client.holds(bytes);
  }

  private Optional<Args> nextRequest() {
    if (!putBack.isEmpty()) {
      return Optional.of(putBack.remove());
    }
    raiseLimits();
    try {
      while (protocolError.isEmpty() && !unread.isEmpty()) {
        Optional<Args> request = decoder.next(unread.element());
        if (!unread.element().isReadable()) {
          unread.remove().release();
        }
        if (request.isPresent() || decoder.isWaiting()) {
          return request;
        }
      }
    } catch (RespProtocolException e) {
      protocolError = Optional.of(e.getMessage());
    }
    return Optional.empty();
  }

  /** A client that has given the password, or needs none, may send more. */
  private void raiseLimits() {
    if (!hasFullLimits
        && (client.isAuthenticated() || server.settings().get().requirePass().isEmpty())) {
      hasFullLimits = true;
      decoder.limits(server.limits(), "");
    }
  }

  private void handle(Args args) {
    if (CrossProtocol.isHttp(args)) {
      server.crossProtocol().cutOff(client);
      return;
    }
    Optional<KnownCommand> found = dispatcher.find(args);
    if (found.isPresent()
        && found.get() instanceof KnownCommand.OfData data
        && data.command() instanceof Command.Write) {
      Optional<Call> write = dispatcher.asData(client, found, args);
      if (write.isPresent()) {
        handleRun(write.get());
        return;
      }
    }
    whenDone(dispatcher.dispatch(client, found, args), args.sizeBytes(), this::reply);
  }

  /** A write, together with the data commands that the client has sent behind it. */
  private void handleRun(Call first) {
    List<Call> run = new ArrayList<>();
    run.add(first);
    long bytes = first.args().sizeBytes();
    while (run.size() < MAX_RUN && bytes < MAX_RUN_BYTES) {
      Optional<Args> following = nextRequest();
      Optional<Call> call =
          following.flatMap(args -> dispatcher.asData(client, dispatcher.find(args), args));
      if (call.isEmpty()) {
        following.ifPresent(putBack::addFirst);
        break;
      }
      run.add(call.get());
      bytes += call.get().args().sizeBytes();
    }
    whenDone(new TimedRun(server, client, run).start(), bytes, replies -> replyAll(run, replies));
  }

  private <T> void whenDone(CompletionStage<T> stage, long bytes, Consumer<T> then) {
    CompletableFuture<T> running = stage.toCompletableFuture();
    if (running.isDone()) {
      then.accept(running.join());
      return;
    }
    isBusy = true;
    runningBytes = bytes;
    stage.whenComplete(
        (result, error) ->
            channel
                .eventLoop()
                .execute(
                    () -> {
                      isBusy = false;
                      runningBytes = 0;
                      if (channel.isActive()) {
                        client.active();
                        then.accept(result);
                        process();
                      } else {
                        server.memory().gone(client); // and its request with it
                      }
                    }));
  }

  /** What did not run because the replies before are large comes again, once they are taken. */
  private void replyAll(List<Call> run, List<Reply> replies) {
    replies.forEach(this::reply);
    for (int i = run.size() - 1; i >= replies.size(); i--) {
      putBack.addFirst(run.get(i).args());
    }
  }

  private void reply(Reply reply) {
    switch (client.replyMode()) {
      case ON -> client.send(reply);
      case OFF -> {}
      case SKIP_NEXT -> client.replyMode(ReplyMode.SKIP);
      case SKIP -> client.replyMode(ReplyMode.ON);
    }
  }
}
