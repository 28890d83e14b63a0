package io.pikareplica.repl.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.RsyncService;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.storage.golden.GoldenFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** Everything that a real master and a real replica once said to each other. */
final class WireRecording {
  /** One frame on the replication port, by whoever sent it. */
  record Step(Optional<InnerRequest> replica, Optional<InnerResponse> master) {}

  /** A snapshot as the master served it. */
  static final class Snapshot {
    String uuid = "";
    List<String> names = List.of();
    final Map<String, byte[]> files = new TreeMap<>();
  }

  private final List<Step> metaSync = new ArrayList<>();
  private final Map<String, List<Step>> steps = new TreeMap<>();
  private final Map<String, Snapshot> snapshots = new TreeMap<>();

  /**
   * @param resource a {@code .jsonl.gz} with one frame a line
   */
  WireRecording(String resource) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(GoldenFiles.open(resource)), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode frame = mapper.readTree(line);
        if (frame.has("hex")) {
          byte[] body = HexFormat.of().parseHex(frame.get("hex").asText());
          boolean isReplica = frame.get("from").asText().equals("replica");
          if (frame.get("link").asText().equals("repl")) {
            add(isReplica, body);
          } else if (!isReplica) {
            addFile(RsyncResponse.parseFrom(body));
          }
        }
      }
    }
  }

  private void add(boolean isReplica, byte[] body) throws IOException {
    if (isReplica) {
      InnerRequest request = InnerRequest.parseFrom(body);
      if (!isPingAnswer(request)) {
        list(request.getType(), dbOf(request))
            .add(new Step(Optional.of(request), Optional.empty()));
      }
    } else {
      InnerResponse response = InnerResponse.parseFrom(body);
      if (!isPing(response)) {
        list(response.getType(), dbOf(response))
            .add(new Step(Optional.empty(), Optional.of(response)));
      }
    }
  }

  private List<Step> list(InnerMessage.Type type, String db) {
    return type == InnerMessage.Type.kMetaSync
        ? metaSync
        : steps.computeIfAbsent(db, d -> new ArrayList<>());
  }

  private void addFile(RsyncResponse response) {
    Snapshot snapshot = snapshots.computeIfAbsent(response.getDbName(), d -> new Snapshot());
    if (response.getCode() != RsyncService.StatusCode.kOk) {
      return;
    }
    snapshot.uuid = response.getSnapshotUuid();
    if (response.hasMetaResp()) {
      snapshot.names = response.getMetaResp().getFilenamesList();
      return;
    }
    FileResponse part = response.getFileResp();
    byte[] soFar = snapshot.files.getOrDefault(part.getFilename(), new byte[0]);
    int end = (int) (part.getOffset() + part.getCount());
    byte[] file = Arrays.copyOf(soFar, Math.max(soFar.length, end));
    part.getData().copyTo(file, (int) part.getOffset());
    snapshot.files.put(part.getFilename(), file);
  }

  InnerRequest metaSyncRequest() {
    return metaSync.get(0).replica().orElseThrow();
  }

  InnerResponse metaSyncReply() {
    return metaSync.get(1).master().orElseThrow();
  }

  /** Per DB everything but pings and their answers, in the recorded order. */
  Map<String, List<Step>> steps() {
    return steps;
  }

  Map<String, Snapshot> snapshots() {
    return snapshots;
  }

  static boolean isPing(InnerResponse response) {
    return response.getType() == InnerMessage.Type.kBinlogSync
        && response.getBinlogSyncList().stream().allMatch(entry -> entry.getBinlog().isEmpty());
  }

  static boolean isPingAnswer(InnerRequest request) {
    return request.getType() == InnerMessage.Type.kBinlogSync
        && !request.getBinlogSync().getFirstSend()
        && request.getBinlogSync().getAckRangeEnd().getFilenum() == 0
        && request.getBinlogSync().getAckRangeEnd().getOffset() == 0;
  }

  static String dbOf(InnerRequest request) {
    return switch (request.getType()) {
      case kTrySync -> request.getTrySync().getSlot().getDbName();
      case kDBSync -> request.getDbSync().getSlot().getDbName();
      case kBinlogSync -> request.getBinlogSync().getDbName();
      case kMetaSync, kHeatBeat, kRemoveSlaveNode -> "";
    };
  }

  private static String dbOf(InnerResponse response) {
    return switch (response.getType()) {
      case kTrySync -> response.getTrySync().getSlot().getDbName();
      case kDBSync -> response.getDbSync().getSlot().getDbName();
      case kBinlogSync -> response.getBinlogSync(0).getSlot().getDbName();
      case kMetaSync, kHeatBeat, kRemoveSlaveNode -> "";
    };
  }
}
