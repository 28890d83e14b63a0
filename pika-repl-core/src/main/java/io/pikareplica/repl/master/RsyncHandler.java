package io.pikareplica.repl.master;

import com.google.protobuf.UnsafeByteOperations;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.pikareplica.proto.RsyncService.FileRequest;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.MetaResponse;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
import io.pikareplica.repl.Seldom;
import io.pikareplica.repl.net.FrameException;
import io.pikareplica.repl.net.ProtocolChecks;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the files of snapshots on one connection. A connection keeps to the snapshot whose list it
 * was given, and that snapshot is kept as long. Event loop only; files are read on the executor for
 * them, a few at a time, and no more than the peer takes.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write that fails closes the channel, which is seen
final class RsyncHandler extends SimpleChannelInboundHandler<RsyncRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(RsyncHandler.class);

  /** What Pika's replicas ask for at most. */
  private static final int MAX_CHUNK_BYTES = 4 << 20;

  /** What there is always room for: so that some who do not read keep nobody from reading. */
  private static final int SMALL_CHUNK_BYTES = 256 << 10;

  /** Pika's master reads ahead in blocks and never answers across the border of two. */
  private static final long BLOCK_BYTES = 16 << 20;

  private static final int MAX_READERS = 4;
  private static final int MAX_IN_FLIGHT = 4;
  private static final int MAX_WAITING = 64;

  /** A replica repeats a refused request at once and for ever. */
  private static final long REFUSAL_DELAY_MS = 100;

  private final Snapshots snapshots;
  private final Connections connections;
  private final ChunkPermits chunks;
  private final Executor files;
  private final Seldom lines;
  private final LongSupplier clockMs;
  private final Map<String, Snapshot> bound = new HashMap<>();
  private final Deque<RsyncRequest> waiting = new ArrayDeque<>();
  private int inFlight;

  RsyncHandler(
      Snapshots snapshots,
      Connections connections,
      ChunkPermits chunks,
      Executor files,
      Seldom lines,
      LongSupplier clockMs) {
    this.snapshots = snapshots;
    this.connections = connections;
    this.chunks = chunks;
    this.files = files;
    this.lines = lines;
    this.clockMs = clockMs;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connections.opened(ctx.channel(), reason -> close(ctx, reason));
    ctx.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, RsyncRequest request)
      throws FrameException {
    connections.heard(ctx.channel());
    ProtocolChecks.require(request.hasType(), "type");
    ProtocolChecks.require(request.hasReaderIndex(), "reader_index");
    ProtocolChecks.require(request.hasDbName(), "db_name");
    ProtocolChecks.checkDbName(request.getDbNameBytes());
    ProtocolChecks.require(request.hasSlotId(), "slot_id");
    switch (request.getType()) {
      case kRsyncMeta -> {
        if (!ctx.channel().isWritable()) {
          throw new FrameException("it asks on and does not take the answers");
        }
        ctx.writeAndFlush(meta(ctx, request));
      }
      case kRsyncFile -> {
        FileRequest file = request.getFileReq();
        ProtocolChecks.require(request.hasFileReq(), "file_req");
        ProtocolChecks.require(file.hasFilename(), "file_req.filename");
        ProtocolChecks.require(file.hasCount(), "file_req.count");
        ProtocolChecks.require(file.hasOffset(), "file_req.offset");
        if (waiting.size() >= MAX_WAITING) {
          throw new FrameException("it asks for more than " + MAX_WAITING + " chunks at once");
        }
        waiting.add(request);
        serve(ctx);
      }
    }
  }

  private RsyncResponse meta(ChannelHandlerContext ctx, RsyncRequest request) {
    String db = request.getDbName();
    unbind(db);
    Optional<Snapshot> current = snapshots.current(db, clockMs.getAsLong());
    if (current.isEmpty() || !connections.admit(ctx.channel())) {
      return response(request, "", StatusCode.kErr).build();
    }
    Snapshot snapshot = bind(current.get());
    LOG.info("db={} snapshot uuid={} is being fetched", db, snapshot.uuid());
    return response(request, snapshot.uuid(), StatusCode.kOk)
        .setMetaResp(MetaResponse.newBuilder().addAllFilenames(snapshot.files().keySet()))
        .build();
  }

  private Snapshot bind(Snapshot snapshot) {
    snapshots.acquire(snapshot);
    bound.put(snapshot.db(), snapshot);
    return snapshot;
  }

  private void unbind(String db) {
    Snapshot old = bound.remove(db);
    if (old != null) {
      snapshots.release(old);
    }
  }

  private void serve(ChannelHandlerContext ctx) {
    while (inFlight < MAX_IN_FLIGHT && !waiting.isEmpty() && ctx.channel().isWritable()) {
      boolean hasPermit = chunks.take();
      if (!hasPermit && inFlight > 0) {
        return; // what is in flight comes back here
      }
      serve(ctx, waiting.remove(), hasPermit);
    }
  }

  private void serve(ChannelHandlerContext ctx, RsyncRequest request, boolean hasPermit) {
    FileRequest file = request.getFileReq();
    Optional<Snapshot> snapshot = snapshotFor(ctx, request.getDbName());
    long size = snapshot.map(s -> s.files().getOrDefault(file.getFilename(), -1L)).orElse(-1L);
    boolean isValid =
        size >= 0
            && request.getReaderIndex() >= 0
            && request.getReaderIndex() < MAX_READERS
            && file.getOffset() >= 0
            && file.getOffset() <= size;
    inFlight++;
    if (!isValid) {
      refuse(ctx, request, snapshot, hasPermit);
      return;
    }
    Snapshot source = snapshot.get();
    try {
      files.execute(() -> read(ctx, request, source, size, hasPermit));
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while files were fetched");
    }
  }

  /** The one that the list on this connection was of; after a reconnect, the current one. */
  private Optional<Snapshot> snapshotFor(ChannelHandlerContext ctx, String db) {
    Optional<Snapshot> current = snapshots.current(db, clockMs.getAsLong());
    Snapshot kept = bound.get(db);
    return kept != null
        ? Optional.of(kept)
        : current.filter(found -> connections.admit(ctx.channel())).map(this::bind);
  }

  private void refuse(
      ChannelHandlerContext ctx,
      RsyncRequest request,
      Optional<Snapshot> snapshot,
      boolean hasPermit) {
    lines
        .next()
        .ifPresent(
            leftOut ->
                LOG.warn(
                    "db={} file={} offset={} refused not_shown={}",
                    request.getDbName(),
                    printable(request.getFileReq().getFilename()),
                    Long.toUnsignedString(request.getFileReq().getOffset()),
                    leftOut));
    RsyncResponse answer =
        response(request, snapshot.map(Snapshot::uuid).orElse(""), StatusCode.kErr).build();
    ctx.executor()
        .schedule(() -> send(ctx, answer, hasPermit), REFUSAL_DELAY_MS, TimeUnit.MILLISECONDS);
  }

  private static String printable(String name) {
    String start = name.length() > 200 ? name.substring(0, 200) : name;
    return start.replaceAll("[^ -~]", "?");
  }

  /** On the executor for files. */
  private void read(
      ChannelHandlerContext ctx,
      RsyncRequest request,
      Snapshot source,
      long size,
      boolean hasPermit) {
    Runnable then;
    try {
      RsyncResponse answer =
          chunk(request, source, size, hasPermit ? MAX_CHUNK_BYTES : SMALL_CHUNK_BYTES);
      then = () -> send(ctx, answer, hasPermit);
    } catch (IOException e) {
      LOG.error("db={} a file of the snapshot cannot be read", source.db(), e);
      then = () -> refuse(ctx, request, Optional.of(source), hasPermit);
    }
    try {
      ctx.executor().execute(then);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while files were fetched");
    }
  }

  private static RsyncResponse chunk(
      RsyncRequest request, Snapshot source, long size, int mostBytes) throws IOException {
    FileRequest file = request.getFileReq();
    long offset = file.getOffset();
    long wanted =
        Long.compareUnsigned(file.getCount(), mostBytes) > 0 ? mostBytes : file.getCount();
    long untilBorder = BLOCK_BYTES - offset % BLOCK_BYTES;
    int count = (int) Math.min(wanted, Math.min(untilBorder, size - offset));
    byte[] data = bytes(source.folder().resolve(file.getFilename()), offset, count);
    return response(request, source.uuid(), StatusCode.kOk)
        .setFileResp(
            FileResponse.newBuilder()
                .setEof(offset + count == size ? 1 : 0)
                .setCount(count)
                .setOffset(offset)
                .setData(UnsafeByteOperations.unsafeWrap(data))
                .setChecksum("")
                .setFilename(file.getFilename()))
        .build();
  }

  private static byte[] bytes(Path path, long offset, int count) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(count);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      while (data.hasRemaining()) {
        if (channel.read(data, offset + data.position()) < 0) {
          throw new EOFException(path + " ends at " + (offset + data.position()));
        }
      }
    }
    return data.array();
  }

  /** An answer is in flight until it is taken, or the connection is gone. */
  private void send(ChannelHandlerContext ctx, RsyncResponse answer, boolean hasPermit) {
    ctx.writeAndFlush(answer)
        .addListener(
            written -> {
              inFlight--;
              if (hasPermit) {
                chunks.giveBack();
              }
              if (written.isSuccess()) {
                serve(ctx);
              } else {
                close(ctx, String.valueOf(written.cause().getMessage()));
              }
            });
  }

  private static RsyncResponse.Builder response(
      RsyncRequest request, String uuid, StatusCode code) {
    return RsyncResponse.newBuilder()
        .setType(request.getType())
        .setReaderIndex(request.getReaderIndex())
        .setSnapshotUuid(uuid)
        .setDbName(request.getDbName())
        .setSlotId(0)
        .setCode(code);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    serve(ctx);
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    connections.closed(ctx.channel());
    waiting.clear();
    bound.values().forEach(snapshots::release);
    bound.clear();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    close(ctx, String.valueOf(cause.getMessage()));
  }

  private void close(ChannelHandlerContext ctx, String reason) {
    if (ctx.channel().isOpen()) {
      lines
          .next()
          .ifPresent(
              leftOut ->
                  LOG.warn(
                      "peer={} file link closed reason=\"{}\" not_shown={}",
                      ctx.channel().remoteAddress(),
                      reason,
                      leftOut));
      ctx.close();
    }
  }
}
