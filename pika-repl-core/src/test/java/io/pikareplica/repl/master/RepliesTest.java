package io.pikareplica.repl.master;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogRecord;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.repl.net.PbFrameEncoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our answers are a real master's, byte for byte. */
class RepliesTest {
  private static final String ITEM =
      "01003c2b1a670000000005000000000000000300000000040000000000001b000000"
          + "2a330d0a24330d0a5345540d0a24310d0a6b0d0a24310d0a760d0a";

  @Test
  void encodesTheGoldenPing() {
    assertThat(frame(Replies.ping("db0", 7)))
        .isEqualTo("0000001d080410013a170a070a036462301000120808001000180020001a002007");
  }

  @Test
  void encodesTheGoldenItem() {
    BinlogRecord record =
        new BinlogRecord(new BinlogOffset(3, 1093), HexFormat.of().parseHex(ITEM));
    assertThat(frame(Replies.binlogSync("db0", 7, List.of(record))))
        .isEqualTo(
            "0000005b080410013a550a070a0364623010001209080310c508180020051a3d" + ITEM + "2007");
  }

  @Test
  void setsEveryRequiredFieldOfARefusal() {
    assertThat(Replies.dbSync("db9", io.pikareplica.proto.InnerMessage.StatusCode.kError, -1))
        .satisfies(reply -> assertThat(reply.getDbSync().hasSessionId()).isTrue());
    InnerResponse unknown = Replies.unknownDbInTrySync("db9");
    assertThat(unknown.getReply()).isEqualTo("DB not found");
    assertThat(unknown.getTrySync().hasReplyCode()).isTrue();
    assertThat(unknown.getTrySync().getSlot().hasSlotId()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"incremental", "fullsync"})
  void repeatsEveryFrameOfARecordedMaster(String recording) throws Exception {
    List<byte[]> frames = recorded(recording);
    assertThat(frames).hasSizeGreaterThan(20);
    for (byte[] frame : frames) {
      InnerResponse theirs = InnerResponse.parseFrom(frame);
      assertThat(repeat(theirs).toByteArray()).isEqualTo(frame);
    }
  }

  private static InnerResponse repeat(InnerResponse theirs) {
    return switch (theirs.getType()) {
      case kMetaSync -> {
        InnerResponse.MetaSync meta = theirs.getMetaSync();
        List<String> dbs =
            meta.getDbsInfoList().stream().map(InnerResponse.MetaSync.DBInfo::getDbName).toList();
        yield Replies.metaSync(meta.getRunId(), meta.getReplicationId(), dbs, 3);
      }
      case kTrySync -> {
        InnerResponse.TrySync reply = theirs.getTrySync();
        BinlogOffset producer =
            new BinlogOffset(
                reply.getBinlogOffset().getFilenum(), reply.getBinlogOffset().getOffset());
        yield Replies.trySyncGranted(reply.getSlot().getDbName(), producer, reply.getSessionId());
      }
      case kDBSync ->
          Replies.dbSync(
              theirs.getDbSync().getSlot().getDbName(),
              theirs.getCode(),
              theirs.getDbSync().getSessionId());
      case kBinlogSync -> repeatItems(theirs.getBinlogSyncList());
      default -> throw new IllegalArgumentException(theirs.toString());
    };
  }

  private static InnerResponse repeatItems(List<InnerResponse.BinlogSync> entries) {
    InnerResponse.BinlogSync first = entries.get(0);
    String db = first.getSlot().getDbName();
    if (first.getBinlog().isEmpty()) {
      return Replies.ping(db, first.getSessionId());
    }
    List<BinlogRecord> records = new ArrayList<>();
    for (InnerResponse.BinlogSync entry : entries) {
      BinlogOffset end =
          new BinlogOffset(
              entry.getBinlogOffset().getFilenum(), entry.getBinlogOffset().getOffset());
      records.add(new BinlogRecord(end, entry.getBinlog().toByteArray()));
    }
    return Replies.binlogSync(db, first.getSessionId(), records);
  }

  private static List<byte[]> recorded(String recording) throws IOException {
    List<byte[]> frames = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    String name = "pika-4.0.1/wire/" + recording + ".jsonl.gz";
    try (InputStream in = RepliesTest.class.getClassLoader().getResourceAsStream(name);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(new GZIPInputStream(in), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode frame = json.readTree(line);
        if (frame.path("link").asText().equals("repl")
            && frame.path("from").asText().equals("master")
            && frame.has("hex")) {
          frames.add(HexFormat.of().parseHex(frame.get("hex").asText()));
        }
      }
    }
    return frames;
  }

  private static String frame(InnerResponse message) {
    EmbeddedChannel channel = new EmbeddedChannel(PbFrameEncoder.INSTANCE);
    channel.writeOutbound(message);
    ByteBuf out = channel.readOutbound();
    try {
      return ByteBufUtil.hexDump(out);
    } finally {
      out.release();
      channel.finishAndReleaseAll();
    }
  }
}
