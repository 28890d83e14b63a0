package io.pikareplica.repl.master;

import com.google.protobuf.UnsafeByteOperations;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.timeout.IdleStateEvent;
import io.pikareplica.proto.RsyncService.FileRequest;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.MetaResponse;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
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

  /** Pika's master reads ahead in blocks and never answers across the border of two. */
  private static final long BLOCK_BYTES = 16 << 20;

  private static final int MAX_READERS = 4;
  private static final int MAX_IN_FLIGHT = 4;
  private static final int MAX_WAITING = 64;

  /** A replica repeats a refused request at once and for ever. */
  private static final long REFUSAL_DELAY_MS = 100;

  private final Snapshots snapshots;
  private final Executor files;
  private final LongSupplier clockMs;
  private final Map<String, Snapshot> bound = new HashMap<>();
  private final Deque<RsyncRequest> waiting = new ArrayDeque<>();
  private int inFlight;

  RsyncHandler(Snapshots snapshots, Executor files, LongSupplier clockMs) {
    this.snapshots = snapshots;
    this.files = files;
    this.clockMs = clockMs;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, RsyncRequest request)
      throws FrameException {
    ProtocolChecks.require(request.hasType(), "type");
    ProtocolChecks.require(request.hasReaderIndex(), "reader_index");
    ProtocolChecks.require(request.hasDbName(), "db_name");
    ProtocolChecks.checkDbName(request.getDbName());
    ProtocolChecks.require(request.hasSlotId(), "slot_id");
    switch (request.getType()) {
      case kRsyncMeta -> ctx.writeAndFlush(meta(request));
      case kRsyncFile -> {
        FileRequest file = request.getFileReq();
        ProtocolChecks.require(request.hasFileReq(), "file_req");
        ProtocolChecks.require(file.hasFilename(), "file_req.filename");
        ProtocolChecks.require(file.hasCount(), "file_req.count");
        ProtocolChecks.require(file.hasOffset(), "file_req.offset");
        ProtocolChecks.require(waiting.size() < MAX_WAITING, "an answer before more requests");
        waiting.add(request);
        serve(ctx);
      }
    }
  }

  private RsyncResponse meta(RsyncRequest request) {
    String db = request.getDbName();
    unbind(db);
    Optional<Snapshot> current = snapshots.current(db, clockMs.getAsLong());
    if (current.isEmpty()) {
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
      serve(ctx, waiting.remove());
    }
  }

  private void serve(ChannelHandlerContext ctx, RsyncRequest request) {
    FileRequest file = request.getFileReq();
    Optional<Snapshot> snapshot = snapshotFor(request.getDbName());
    long size = snapshot.map(s -> s.files().getOrDefault(file.getFilename(), -1L)).orElse(-1L);
    boolean isValid =
        size >= 0
            && request.getReaderIndex() >= 0
            && request.getReaderIndex() < MAX_READERS
            && file.getOffset() >= 0
            && file.getOffset() <= size;
    inFlight++;
    if (!isValid) {
      refuse(ctx, request, snapshot);
      return;
    }
    Snapshot source = snapshot.get();
    try {
      files.execute(() -> read(ctx, request, source, size));
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while files were fetched");
    }
  }

  /** The one that the list on this connection was of; after a reconnect, the current one. */
  private Optional<Snapshot> snapshotFor(String db) {
    Optional<Snapshot> current = snapshots.current(db, clockMs.getAsLong());
    Snapshot kept = bound.get(db);
    return kept != null ? Optional.of(kept) : current.map(this::bind);
  }

  private void refuse(
      ChannelHandlerContext ctx, RsyncRequest request, Optional<Snapshot> snapshot) {
    LOG.warn(
        "db={} file={} offset={} refused",
        request.getDbName(),
        printable(request.getFileReq().getFilename()),
        Long.toUnsignedString(request.getFileReq().getOffset()));
    RsyncResponse answer =
        response(request, snapshot.map(Snapshot::uuid).orElse(""), StatusCode.kErr).build();
    ctx.executor().schedule(() -> finish(ctx, answer), REFUSAL_DELAY_MS, TimeUnit.MILLISECONDS);
  }

  private static String printable(String name) {
    String start = name.length() > 200 ? name.substring(0, 200) : name;
    return start.replaceAll("[^ -~]", "?");
  }

  /** On the executor for files. */
  private void read(ChannelHandlerContext ctx, RsyncRequest request, Snapshot source, long size) {
    Runnable then;
    try {
      RsyncResponse answer = chunk(request, source, size);
      then = () -> finish(ctx, answer);
    } catch (IOException e) {
      LOG.error("db={} a file of the snapshot cannot be read", source.db(), e);
      then = () -> refuse(ctx, request, Optional.of(source));
    }
    try {
      ctx.executor().execute(then);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed while files were fetched");
    }
  }

  private static RsyncResponse chunk(RsyncRequest request, Snapshot source, long size)
      throws IOException {
    FileRequest file = request.getFileReq();
    long offset = file.getOffset();
    long wanted =
        Long.compareUnsigned(file.getCount(), MAX_CHUNK_BYTES) > 0
            ? MAX_CHUNK_BYTES
            : file.getCount();
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

  private void finish(ChannelHandlerContext ctx, RsyncResponse answer) {
    inFlight--;
    ctx.writeAndFlush(answer);
    serve(ctx);
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
    waiting.clear();
    bound.values().forEach(snapshots::release);
    bound.clear();
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof IdleStateEvent) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Channel channel = ctx.channel();
    LOG.warn("peer={} file link closed reason=\"{}\"", channel.remoteAddress(), cause.getMessage());
    ctx.close();
  }
}
