package io.pikareplica.repl.wire;

import com.google.protobuf.ByteString;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.InnerMessage.StatusCode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A master that plays its part of a recording on real sockets: per DB it says what the recorded
 * master said once everything that came before in the recording has happened, and holds every
 * request against the recorded replica's, field by field. What may differ:
 *
 * <ul>
 *   <li>{@code node.port}: ours is another process on another port.
 *   <li>{@code ack_range_end.index}: the recorded replica counts its own items there, ours gives
 *       the number of the item; no master reads it.
 *   <li>The order of frames of different DBs: their workers run side by side.
 *   <li>When and how often pings come: they follow the clock. Each of ours must be answered as the
 *       recorded ones were.
 *   <li>How files are cut into chunks and dealt to readers: that depends on speed. Every file must
 *       be asked for from offset 0, within the protocol's bounds ({@link RecordedFiles}).
 * </ul>
 */
final class ScriptedMaster implements AutoCloseable {
  private static final long PING_MS = 200;

  private final WireRecording recording;
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final MasterSockets sockets = new MasterSockets(violations::add);
  private final RecordedFiles files;
  private final Map<String, Integer> at = new TreeMap<>();
  private final Map<String, Integer> sessions = new TreeMap<>();
  private final Map<String, Integer> pingsAnswered = new ConcurrentHashMap<>();
  private final ScheduledExecutorService pinger = Executors.newSingleThreadScheduledExecutor();
  private DataOutputStream out;

  ScriptedMaster(WireRecording recording) throws IOException {
    this.recording = recording;
    files = new RecordedFiles(recording.snapshots(), violations::add);
    recording.steps().keySet().forEach(db -> at.put(db, 0));
    sockets.serve(MasterSockets::tellFileSize, this::repl, files);
    var unused = pinger.scheduleAtFixedRate(this::ping, PING_MS, PING_MS, TimeUnit.MILLISECONDS);
  }

  MasterSockets sockets() {
    return sockets;
  }

  RecordedFiles files() {
    return files;
  }

  List<String> violations() {
    return violations;
  }

  /** Everything of the recording was said and answered, and pings after it too. */
  synchronized boolean isDone() {
    return recording.steps().entrySet().stream()
        .allMatch(
            e ->
                at.get(e.getKey()) == e.getValue().size()
                    && pingsAnswered.getOrDefault(e.getKey(), 0) >= 2);
  }

  /** For a message: how far each DB is, of how many steps. */
  synchronized String progress() {
    List<String> lines = new ArrayList<>();
    recording
        .steps()
        .forEach(
            (db, steps) ->
                lines.add(
                    db + " " + at.get(db) + "/" + steps.size() + " " + pingsAnswered.get(db)));
    return String.join(", ", lines);
  }

  private void repl(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    synchronized (this) {
      out = new DataOutputStream(socket.getOutputStream());
    }
    while (true) {
      handle(InnerRequest.parseFrom(in.readNBytes(in.readInt())));
    }
  }

  private synchronized void handle(InnerRequest request) throws IOException {
    if (request.getType() == InnerMessage.Type.kMetaSync) {
      compare(recording.metaSyncRequest(), request);
      MasterSockets.write(out, recording.metaSyncReply());
      return;
    }
    String db = WireRecording.dbOf(request);
    if (WireRecording.isPingAnswer(request)) {
      compare(pingAnswer(db), request);
      pingsAnswered.merge(db, 1, Integer::sum);
      return;
    }
    List<WireRecording.Step> steps = recording.steps().get(db);
    int step = at.get(db);
    if (step == steps.size() || steps.get(step).replica().isEmpty()) {
      violations.add("not in the recording: " + request);
      return;
    }
    compare(steps.get(step).replica().orElseThrow(), request);
    at.put(db, step + 1);
    play(db, steps);
  }

  private void play(String db, List<WireRecording.Step> steps) throws IOException {
    while (at.get(db) < steps.size() && steps.get(at.get(db)).master().isPresent()) {
      InnerResponse response = steps.get(at.get(db)).master().orElseThrow();
      if (response.hasTrySync()) {
        sessions.put(db, response.getTrySync().getSessionId());
      } else if (response.hasDbSync()) {
        sessions.put(db, response.getDbSync().getSessionId());
      }
      MasterSockets.write(out, response);
      at.merge(db, 1, Integer::sum);
    }
  }

  private void compare(InnerRequest expected, InnerRequest actual) {
    if (!normal(expected).equals(normal(actual))) {
      violations.add("expected " + normal(expected) + " but got " + normal(actual));
    }
  }

  /** Without what may differ. */
  private static InnerRequest normal(InnerRequest request) {
    InnerRequest.Builder b = request.toBuilder();
    if (b.hasMetaSync()) {
      b.getMetaSyncBuilder().getNodeBuilder().setPort(0);
    }
    if (b.hasTrySync()) {
      b.getTrySyncBuilder().getNodeBuilder().setPort(0);
    }
    if (b.hasDbSync()) {
      b.getDbSyncBuilder().getNodeBuilder().setPort(0);
    }
    if (b.hasBinlogSync()) {
      b.getBinlogSyncBuilder().getNodeBuilder().setPort(0);
      b.getBinlogSyncBuilder().getAckRangeEndBuilder().setIndex(0);
    }
    return b.build();
  }

  private InnerRequest pingAnswer(String db) {
    InnerRequest.Builder answer = InnerRequest.newBuilder().setType(InnerMessage.Type.kBinlogSync);
    answer
        .getBinlogSyncBuilder()
        .setNode(recording.metaSyncRequest().getMetaSync().getNode())
        .setDbName(db)
        .setSlotId(0)
        .setAckRangeStart(zero())
        .setAckRangeEnd(zero())
        .setSessionId(sessions.getOrDefault(db, -1))
        .setFirstSend(false);
    return answer.build();
  }

  private static BinlogOffset zero() {
    return BinlogOffset.newBuilder().setFilenum(0).setOffset(0).setTerm(0).setIndex(0).build();
  }

  /** As the real one: only while nothing is unacknowledged. */
  private synchronized void ping() {
    sessions.forEach(
        (db, session) -> {
          List<WireRecording.Step> steps = recording.steps().get(db);
          int next = at.get(db);
          if (next == steps.size() || !isAck(steps.get(next))) {
            ping(db, session);
          }
        });
  }

  private void ping(String db, int session) {
    InnerResponse.Builder ping =
        InnerResponse.newBuilder().setType(InnerMessage.Type.kBinlogSync).setCode(StatusCode.kOk);
    ping.addBinlogSyncBuilder()
        .setSlot(Slot.newBuilder().setDbName(db).setSlotId(0))
        .setBinlogOffset(zero())
        .setBinlog(ByteString.EMPTY)
        .setSessionId(session);
    try {
      MasterSockets.write(out, ping.build());
    } catch (IOException e) {
      // The replica has gone.
    }
  }

  private static boolean isAck(WireRecording.Step step) {
    return step.replica()
        .map(request -> request.hasBinlogSync() && !request.getBinlogSync().getFirstSend())
        .orElse(false);
  }

  @Override
  public void close() throws IOException {
    pinger.shutdownNow();
    sockets.close();
  }
}
