package io.pikareplica.repl.sync;

import com.google.protobuf.ByteString;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.pikareplica.proto.RsyncService;
import io.pikareplica.proto.RsyncService.FileRequest;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.MetaResponse;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.storage.DbOptions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The file port of a master, as far as a test lets it be one: serves a folder with short reads, and
 * does what a {@link Whim} tells it instead.
 */
public final class RsyncServer implements AutoCloseable {
  /** Reads never cross a border of this many bytes. */
  private static final int BLOCK_BYTES = 50_000;

  /** Deviates from the right behaviour. */
  interface Whim {
    /** What to answer in place of the right answer; empty for nothing at all. */
    Optional<RsyncResponse> answer(RsyncRequest request, RsyncResponse right, int number)
        throws IOException;
  }

  final List<RsyncRequest> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ServerSocket server;
  private final AtomicInteger number = new AtomicInteger();
  volatile Path snapshot;
  volatile Whim whim = (request, right, n) -> Optional.of(right);

  RsyncServer(Path snapshot) throws IOException {
    this.snapshot = snapshot;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread acceptor = new Thread(this::accept, "rsync-server");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  /** A whole full sync of a snapshot. */
  public static StagedSnapshot fetchFrom(Path snapshot, Path syncFolder, DbOptions options)
      throws Exception {
    CompletableFuture<StagedSnapshot> result = new CompletableFuture<>();
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (RsyncServer server = new RsyncServer(snapshot)) {
      FullSync.start(
          new FullSync.Request(
              "db0",
              "127.0.0.1",
              server.port(),
              syncFolder,
              options,
              4,
              () -> 1000,
              new Throttle(1 << 30)),
          loops,
          new FullSync.Listener() {
            @Override
            public void staged(StagedSnapshot staged) {
              result.complete(staged);
            }

            @Override
            public void failed(ReplicationException why, boolean retry) {
              result.completeExceptionally(why);
            }
          });
      return result.get(30, TimeUnit.SECONDS);
    } finally {
      loops.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }
  }

  int port() {
    return server.getLocalPort();
  }

  /** Names of the files that were asked for, each once, in order. */
  List<String> filesAskedFor() {
    return requests.stream()
        .filter(request -> request.getType() == RsyncService.Type.kRsyncFile)
        .map(request -> request.getFileReq().getFilename())
        .filter(name -> !name.equals("info"))
        .distinct()
        .sorted()
        .toList();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        Thread connection = new Thread(() -> serve(socket), "rsync-connection");
        connection.setDaemon(true);
        connection.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      while (true) {
        RsyncRequest request = RsyncRequest.parseFrom(in.readNBytes(in.readInt()));
        requests.add(request);
        Optional<RsyncResponse> response =
            whim.answer(request, answer(request), number.incrementAndGet());
        if (response.isPresent()) {
          byte[] body = response.get().toByteArray();
          out.writeInt(body.length);
          out.write(body);
          out.flush();
        }
      }
    } catch (IOException e) {
      // the test is over, or the whim closed the connection
    }
  }

  /** Closes what is connected now. */
  void dropConnections() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  static RsyncResponse refused(RsyncRequest request) {
    return RsyncResponse.newBuilder()
        .setType(request.getType())
        .setReaderIndex(request.getReaderIndex())
        .setSnapshotUuid("")
        .setDbName(request.getDbName())
        .setSlotId(0)
        .setCode(StatusCode.kErr)
        .build();
  }

  private RsyncResponse answer(RsyncRequest request) throws IOException {
    RsyncResponse.Builder response =
        refused(request).toBuilder()
            .setCode(StatusCode.kOk)
            .setSnapshotUuid(SnapshotInfo.uuidOf(Files.readAllBytes(snapshot.resolve("info"))));
    if (request.getType() == RsyncService.Type.kRsyncMeta) {
      return response.setMetaResp(MetaResponse.newBuilder().addAllFilenames(names())).build();
    }
    FileRequest wanted = request.getFileReq();
    byte[] bytes = Files.readAllBytes(snapshot.resolve(wanted.getFilename()));
    int from = (int) wanted.getOffset();
    long blockEnd = (wanted.getOffset() / BLOCK_BYTES + 1) * BLOCK_BYTES;
    int to = (int) Math.min(Math.min(blockEnd, from + wanted.getCount()), bytes.length);
    return response
        .setFileResp(
            FileResponse.newBuilder()
                .setEof(to == bytes.length ? 1 : 0)
                .setCount(to - from)
                .setOffset(from)
                .setData(ByteString.copyFrom(Arrays.copyOfRange(bytes, from, to)))
                .setChecksum("")
                .setFilename(wanted.getFilename()))
        .build();
  }

  private List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(snapshot)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> snapshot.relativize(file).toString())
          .forEach(names::add);
    }
    return names;
  }

  @Override
  public void close() throws IOException {
    server.close();
    dropConnections();
  }
}
