package io.pikareplica.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import io.pikareplica.binlog.BinlogItem;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BlockFormat;
import io.pikareplica.binlog.RespContent;
import io.pikareplica.proto.InnerMessage;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What a master sends in the commonest case: frames of 100 SETs with values of 100 bytes. */
final class Samples {
  static final int ITEMS_PER_FRAME = 100;
  private static final int VALUE_BYTES = 100;
  private static final int KEYS = 1_000_000;

  private Samples() {}

  /** SET of a key out of a million. */
  static List<byte[]> set(Random random) {
    byte[] value = new byte[VALUE_BYTES];
    random.nextBytes(value);
    byte[] key = "key:%012d".formatted(random.nextInt(KEYS)).getBytes(US_ASCII);
    return List.of("SET".getBytes(US_ASCII), key, value);
  }

  /** The item of a command. */
  static byte[] item(List<byte[]> words) {
    return BinlogItemCodec.encode(
        new BinlogItem(1_732_262_400, 0, 5, 3, 1024, RespContent.encode(words)));
  }

  static List<byte[]> items(int count) {
    Random random = new Random(7);
    List<byte[]> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(item(set(random)));
    }
    return items;
  }

  /** A BinlogSync response as a master sends it. */
  static InnerResponse frame(List<byte[]> items) {
    InnerResponse.Builder frame =
        InnerResponse.newBuilder()
            .setType(InnerMessage.Type.kBinlogSync)
            .setCode(InnerMessage.StatusCode.kOk);
    long offset = 0;
    for (byte[] item : items) {
      offset = BlockFormat.endOf(offset, item.length);
      frame.addBinlogSync(
          InnerResponse.BinlogSync.newBuilder()
              .setSlot(InnerMessage.Slot.newBuilder().setDbName("db0").setSlotId(0))
              .setBinlogOffset(
                  InnerMessage.BinlogOffset.newBuilder()
                      .setFilenum(0)
                      .setOffset(offset)
                      .setTerm(0)
                      .setIndex(5))
              .setBinlog(ByteString.copyFrom(item))
              .setSessionId(1));
    }
    return frame.build();
  }
}
