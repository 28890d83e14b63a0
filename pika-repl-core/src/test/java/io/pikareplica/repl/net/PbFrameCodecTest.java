package io.pikareplica.repl.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pikareplica.binlog.hostile.Allocated;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerRequest;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.proto.InnerMessage.Node;
import io.pikareplica.proto.InnerMessage.Slot;
import io.pikareplica.proto.InnerMessage.StatusCode;
import io.pikareplica.proto.RsyncService.FileRequest;
import io.pikareplica.proto.RsyncService.RsyncRequest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PbFrameCodecTest {
  private static final int LIMIT = 1 << 20;
  private static final int LIMIT_OF_MANY = 8 << 20;
  private static final Node NODE = Node.newBuilder().setIp("10.0.0.2").setPort(9221).build();
  private static final Slot SLOT = Slot.newBuilder().setDbName("db0").setSlotId(0).build();
  private static final String ITEM =
      "01003c2b1a670000000005000000000000000300000000040000000000001b000000"
          + "2a330d0a24330d0a5345540d0a24310d0a6b0d0a24310d0a760d0a";

  /** The frames of spec replication §12, made by an independent encoder. */
  private static final Map<String, Message> GOLDEN =
      Map.of(
          "00000013 0801120f0a0d0a0831302e302e302e32108548",
          InnerRequest.newBuilder()
              .setType(InnerMessage.Type.kMetaSync)
              .setMetaSync(InnerRequest.MetaSync.newBuilder().setNode(NODE))
              .build(),
          "0000001b 080112170a0d0a0831302e302e302e321085481206736563726574",
          InnerRequest.newBuilder()
              .setType(InnerMessage.Type.kMetaSync)
              .setMetaSync(InnerRequest.MetaSync.newBuilder().setNode(NODE).setAuth("secret"))
              .build(),
          "00000023 08021a1f0a0d0a0831302e302e302e3210854812070a0364623010001a050803108008",
          InnerRequest.newBuilder()
              .setType(InnerMessage.Type.kTrySync)
              .setTrySync(
                  InnerRequest.TrySync.newBuilder()
                      .setNode(NODE)
                      .setSlot(SLOT)
                      .setBinlogOffset(BinlogOffset.newBuilder().setFilenum(3).setOffset(1024)))
              .build(),
          "00000034 08042a300a0d0a0831302e302e302e3210854812036462301800220908031080081800"
              + "20002a0908031080081800200030073801",
          ack(offset(3, 1024, 0), offset(3, 1024, 0), true),
          "0000001d 080410013a170a070a036462301000120808001000180020001a002007",
          binlogSync(offset(0, 0, 0), ByteString.EMPTY),
          "00000032 08042a2e0a0d0a0831302e302e302e3210854812036462301800220808001000180020"
              + "002a08080010001800200030073800",
          ack(offset(0, 0, 0), offset(0, 0, 0), false),
          "0000005b 080410013a550a070a0364623010001209080310c508180020051a3d" + ITEM + "2007",
          binlogSync(offset(3, 1093, 5), ByteString.fromHex(ITEM)),
          "00000034 08042a300a0d0a0831302e302e302e32108548120364623018002209080310c5081800"
              + "20052a09080310c5081800200530073800",
          ack(offset(3, 1093, 5), offset(3, 1093, 5), false),
          "0000000b 080110001a036462302000",
          RsyncRequest.newBuilder()
              .setType(io.pikareplica.proto.RsyncService.Type.kRsyncMeta)
              .setReaderIndex(0)
              .setDbName("db0")
              .setSlotId(0)
              .build(),
          "0000001f 080210011a0364623020002a120a09302f43555252454e5410808080021800",
          RsyncRequest.newBuilder()
              .setType(io.pikareplica.proto.RsyncService.Type.kRsyncFile)
              .setReaderIndex(1)
              .setDbName("db0")
              .setSlotId(0)
              .setFileReq(
                  FileRequest.newBuilder().setFilename("0/CURRENT").setCount(4 << 20).setOffset(0))
              .build());

  private static BinlogOffset offset(int filenum, long offset, long index) {
    return BinlogOffset.newBuilder()
        .setFilenum(filenum)
        .setOffset(offset)
        .setTerm(0)
        .setIndex(index)
        .build();
  }

  private static InnerRequest ack(BinlogOffset start, BinlogOffset end, boolean isFirst) {
    return InnerRequest.newBuilder()
        .setType(InnerMessage.Type.kBinlogSync)
        .setBinlogSync(
            InnerRequest.BinlogSync.newBuilder()
                .setNode(NODE)
                .setDbName("db0")
                .setSlotId(0)
                .setAckRangeStart(start)
                .setAckRangeEnd(end)
                .setSessionId(7)
                .setFirstSend(isFirst))
        .build();
  }

  private static InnerResponse binlogSync(BinlogOffset end, ByteString item) {
    return InnerResponse.newBuilder()
        .setType(InnerMessage.Type.kBinlogSync)
        .setCode(StatusCode.kOk)
        .addBinlogSync(
            InnerResponse.BinlogSync.newBuilder()
                .setSlot(SLOT)
                .setBinlogOffset(end)
                .setBinlog(item)
                .setSessionId(7))
        .build();
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] encode(Message message) {
    EmbeddedChannel channel = new EmbeddedChannel(PbFrameEncoder.INSTANCE);
    assertThat(channel.writeOutbound(message)).isTrue();
    ByteBuf frame = channel.readOutbound();
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    frame.release();
    channel.finishAndReleaseAll();
    return bytes;
  }

  private static EmbeddedChannel decoder(Parser<? extends Message> parser, int limit) {
    return new EmbeddedChannel(new PbFrameDecoder<>(parser, limit));
  }

  private static EmbeddedChannel decoder() {
    return decoder(InnerResponse.parser(), LIMIT);
  }

  private static byte[] sample() {
    return encode(binlogSync(offset(3, 1093, 5), ByteString.fromHex(ITEM)));
  }

  @Test
  void framesEqualTheSpecsByteForByte() {
    GOLDEN.forEach(
        (hex, message) -> {
          assertThat(HexFormat.of().formatHex(encode(message))).isEqualTo(hex.replace(" ", ""));
          EmbeddedChannel channel = decoder(message.getParserForType(), LIMIT);
          channel.writeInbound(Unpooled.wrappedBuffer(bytes(hex)));
          assertThat(channel.<Object>readInbound()).isEqualTo(message);
          assertThat(channel.finishAndReleaseAll()).isFalse();
        });
  }

  @Test
  void aFrameSplitAtAnyByteIsTheSameMessage() throws Exception {
    byte[] frame = sample();
    InnerResponse expected = InnerResponse.parseFrom(Arrays.copyOfRange(frame, 4, frame.length));
    for (int split = 1; split < frame.length; split++) {
      EmbeddedChannel channel = decoder();
      channel.writeInbound(Unpooled.copiedBuffer(frame, 0, split));
      assertThat(channel.<Object>readInbound()).isNull();
      channel.writeInbound(Unpooled.copiedBuffer(frame, split, frame.length - split));
      assertThat(channel.<Object>readInbound()).isEqualTo(expected);
      channel.finishAndReleaseAll();
    }
  }

  @Test
  void manyFramesInOneBufferComeOneByOne() {
    EmbeddedChannel channel = decoder();
    channel.writeInbound(Unpooled.wrappedBuffer(sample(), sample(), sample()));
    for (int i = 0; i < 3; i++) {
      assertThat(channel.<Object>readInbound()).isInstanceOf(InnerResponse.class);
    }
    assertThat(channel.finishAndReleaseAll()).isFalse();
  }

  @Test
  void aTruncatedFrameYieldsNothing() {
    byte[] frame = sample();
    for (int length = 0; length < frame.length; length++) {
      EmbeddedChannel channel = decoder();
      channel.writeInbound(Unpooled.copiedBuffer(frame, 0, length));
      assertThat(channel.finishAndReleaseAll()).isFalse();
    }
  }

  @Test
  void anyFlippedBitGivesAMessageOrAFrameException() {
    byte[] frame = sample();
    for (int bit = 0; bit < frame.length * 8; bit++) {
      byte[] damaged = frame.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      EmbeddedChannel channel = decoder();
      try {
        channel.writeInbound(Unpooled.wrappedBuffer(damaged));
        InnerResponse message = channel.readInbound();
        if (message != null) {
          ProtocolChecks.check(message);
        }
      } catch (Exception e) {
        assertThat(e).as("bit %d", bit).isInstanceOf(FrameException.class);
      }
      channel.finishAndReleaseAll();
    }
  }

  @Test
  void aFrameBeyondTheLimitIsRefusedFromItsHeaderAlone() {
    EmbeddedChannel channel = decoder();
    byte[] header = {0, 0x10, 0, 1};
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.wrappedBuffer(header)))
        .isInstanceOf(FrameException.class)
        .hasMessage("frame of 1048577 bytes is longer than the limit of 1048576");
    assertThatThrownBy(
            () -> decoder().writeInbound(Unpooled.wrappedBuffer(new byte[] {-1, -1, -1, -1})))
        .isInstanceOf(FrameException.class)
        .hasMessage("frame of 4294967295 bytes is longer than the limit of 1048576");
  }

  @Test
  void manyTinyFieldsAreRefusedBeforeTheyBecomeObjects() {
    byte[] none = {};
    byte[] itemOfFourMebibytes = {0x3a, (byte) 0x80, (byte) 0x80, (byte) 0x80, 2};
    byte[] emptyItems = tiny(none, 0x3a, 0);
    byte[] strangeFieldsInAnItem = tiny(itemOfFourMebibytes, 0x08, 1);
    byte[] emptyGroupsInAnItem = tiny(itemOfFourMebibytes, 0x0b, 0x0c);
    byte[] emptyGroups = tiny(none, 0x0b, 0x0c);
    for (byte[] body :
        List.of(emptyItems, strangeFieldsInAnItem, emptyGroupsInAnItem, emptyGroups)) {
      long allocated =
          Allocated.by(
              () -> {
                EmbeddedChannel channel = decoder(InnerResponse.parser(), LIMIT_OF_MANY);
                ByteBuf header = Unpooled.buffer().writeInt(body.length);
                assertThatThrownBy(
                        () ->
                            channel.writeInbound(
                                Unpooled.wrappedBuffer(header, Unpooled.wrappedBuffer(body))))
                    .isInstanceOf(FrameException.class)
                    .hasMessage("frame of " + body.length + " bytes has more than 250000 fields");
                return channel.finishAndReleaseAll();
              });
      assertThat(allocated).isLessThan(2L * body.length);
    }
  }

  /** Four mebibytes of the same two bytes. */
  private static byte[] tiny(byte[] prefix, int first, int second) {
    byte[] body = Arrays.copyOf(prefix, prefix.length + (4 << 20));
    for (int i = prefix.length; i < body.length; i += 2) {
      body[i] = (byte) first;
      body[i + 1] = (byte) second;
    }
    return body;
  }

  @Test
  void longTextsAreRefusedBeforeTheyAreDecoded() {
    ByteString longText = ByteString.copyFrom(new byte[8 << 20]);
    Slot.Builder slot = SLOT.toBuilder().setDbNameBytes(longText);
    InnerResponse item = binlogSync(offset(3, 1093, 5), ByteString.fromHex(ITEM));
    assertRefusedCheaply(
        () ->
            item.toBuilder()
                .setBinlogSync(0, item.getBinlogSync(0).toBuilder().setSlot(slot))
                .build());
    InnerResponse.MetaSync.Builder meta =
        InnerResponse.MetaSync.newBuilder().setClassicMode(true).setRunIdBytes(longText);
    assertRefusedCheaply(
        () ->
            InnerResponse.newBuilder()
                .setType(InnerMessage.Type.kMetaSync)
                .setCode(StatusCode.kOk)
                .setMetaSync(meta)
                .build());
  }

  /** Each try checks a message of its own: one keeps its texts once they are decoded. */
  private static void assertRefusedCheaply(Supplier<InnerResponse> answers) {
    long allocated =
        Allocated.by(
            () -> {
              assertThatThrownBy(() -> ProtocolChecks.check(answers.get()))
                  .isInstanceOf(FrameException.class);
              return answers;
            });
    assertThat(allocated).isLessThan(1 << 20);
  }

  @Test
  void anEmptyFrameIsRefused() {
    assertThatThrownBy(() -> decoder().writeInbound(Unpooled.wrappedBuffer(new byte[4])))
        .isInstanceOf(FrameException.class)
        .hasMessage("empty frame");
  }

  @Test
  void nothingIsReadBehindABrokenFrame() {
    EmbeddedChannel channel = decoder();
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.wrappedBuffer(new byte[4])))
        .isInstanceOf(FrameException.class);
    channel.writeInbound(Unpooled.wrappedBuffer(sample()));
    assertThat(channel.finishAndReleaseAll()).isFalse();
  }

  @Test
  void aBodyThatGrowsOverManyReadsIsWhole() {
    byte[] item = new byte[300_000];
    Arrays.fill(item, (byte) 7);
    byte[] frame = encode(binlogSync(offset(3, 9, 5), ByteString.copyFrom(item)));
    EmbeddedChannel channel = decoder();
    for (int at = 0; at < frame.length; at += 1000) {
      channel.writeInbound(Unpooled.copiedBuffer(frame, at, Math.min(1000, frame.length - at)));
    }
    InnerResponse message = channel.readInbound();
    assertThat(message.getBinlogSync(0).getBinlog().toByteArray()).isEqualTo(item);
    channel.finishAndReleaseAll();
  }

  @Test
  void anEmptyMessageIsNeverSent() {
    EmbeddedChannel channel = new EmbeddedChannel(PbFrameEncoder.INSTANCE);
    assertThatThrownBy(() -> channel.writeOutbound(InnerRequest.getDefaultInstance()))
        .hasMessageContaining("an empty frame must never be sent");
    channel.finishAndReleaseAll();
  }

  @Test
  void missingFieldsAreNamed() {
    InnerResponse whole = binlogSync(offset(3, 1093, 5), ByteString.fromHex(ITEM));
    List<Map.Entry<InnerResponse, String>> cases =
        List.of(
            Map.entry(InnerResponse.getDefaultInstance(), "required field type is missing"),
            Map.entry(whole.toBuilder().clearCode().build(), "required field code is missing"),
            Map.entry(
                whole.toBuilder()
                    .setBinlogSync(0, whole.getBinlogSync(0).toBuilder().clearSessionId())
                    .build(),
                "required field binlog_sync.session_id is missing"),
            Map.entry(
                whole.toBuilder()
                    .setBinlogSync(0, whole.getBinlogSync(0).toBuilder().clearBinlog())
                    .build(),
                "required field binlog_sync.binlog is missing"),
            Map.entry(
                binlogSync(offset(3, -1, 0), ByteString.EMPTY),
                "binlog_sync.binlog_offset.offset 18446744073709551615 is out of range"),
            Map.entry(
                binlogSync(offset(3, 1, 0), ByteString.fromHex("0100")),
                "binlog_sync.binlog has 2 bytes, too few for an item's header"));
    cases.forEach(
        c ->
            assertThatThrownBy(() -> ProtocolChecks.check(c.getKey()))
                .isInstanceOf(FrameException.class)
                .hasMessage(c.getValue()));
  }
}
