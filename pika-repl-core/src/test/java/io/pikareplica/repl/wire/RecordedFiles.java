package io.pikareplica.repl.wire;

import com.google.protobuf.ByteString;
import io.pikareplica.proto.RsyncService;
import io.pikareplica.proto.RsyncService.FileRequest;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.MetaResponse;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Serves recorded snapshots, whatever chunks are asked for. */
final class RecordedFiles implements MasterSockets.Handler {
  private static final int MAX_CHUNK = 4 << 20;

  private final Map<String, WireRecording.Snapshot> snapshots;
  private final Consumer<String> violations;
  private final Map<String, Set<String>> begun = new ConcurrentHashMap<>();

  RecordedFiles(Map<String, WireRecording.Snapshot> snapshots, Consumer<String> violations) {
    this.snapshots = snapshots;
    this.violations = violations;
  }

  /** The files of a DB that were asked for from their start. */
  synchronized Set<String> begun(String db) {
    return new TreeSet<>(begun.getOrDefault(db, Set.of()));
  }

  @Override
  public void run(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    while (true) {
      MasterSockets.write(out, answer(RsyncRequest.parseFrom(in.readNBytes(in.readInt()))));
    }
  }

  private synchronized RsyncResponse answer(RsyncRequest request) {
    boolean isReader = request.getReaderIndex() >= 0 && request.getReaderIndex() <= 3;
    if (!isReader || !request.hasReaderIndex() || !request.hasSlotId()) {
      violations.accept("bad rsync request " + request);
    }
    WireRecording.Snapshot snapshot = snapshots.get(request.getDbName());
    RsyncResponse.Builder answer =
        RsyncResponse.newBuilder()
            .setType(request.getType())
            .setReaderIndex(request.getReaderIndex())
            .setSnapshotUuid(snapshot.uuid)
            .setDbName(request.getDbName())
            .setSlotId(0)
            .setCode(StatusCode.kOk);
    if (request.getType() == RsyncService.Type.kRsyncMeta) {
      return answer.setMetaResp(MetaResponse.newBuilder().addAllFilenames(snapshot.names)).build();
    }
    FileRequest part = request.getFileReq();
    byte[] file = snapshot.files.get(part.getFilename());
    if (file == null || part.getCount() < 1 || part.getCount() > MAX_CHUNK) {
      violations.accept("bad file request " + request);
      return answer.setCode(StatusCode.kErr).build();
    }
    if (part.getOffset() == 0) {
      begun.computeIfAbsent(request.getDbName(), db -> new TreeSet<>()).add(part.getFilename());
    }
    return answer.setFileResp(part(part, file)).build();
  }

  private static FileResponse.Builder part(FileRequest part, byte[] file) {
    int count = (int) Math.min(part.getCount(), file.length - part.getOffset());
    return FileResponse.newBuilder()
        .setEof(part.getOffset() + count == file.length ? 1 : 0)
        .setCount(count)
        .setOffset(part.getOffset())
        .setData(ByteString.copyFrom(file, (int) part.getOffset(), count))
        .setChecksum("")
        .setFilename(part.getFilename());
  }
}
