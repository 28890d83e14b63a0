package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.binlog.BinlogOffset;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model master's bgsave makes of one DB.
 *
 * @param files by name, {@code info} included
 * @param readyAtMs before then the master says that it is busy
 */
record SimSnapshot(String uuid, BinlogOffset offset, Map<String, byte[]> files, long readyAtMs) {

  static SimSnapshot of(SimBinlog binlog, int instances, String host, long nowMs, long tookMs) {
    BinlogOffset offset = binlog.end();
    byte[] info =
        "%ds\n%s\n9221\n%d\n%d\n"
            .formatted(nowMs, host, offset.filenum(), offset.offset())
            .getBytes(US_ASCII);
    Map<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < instances; i++) {
      // as the master has it: no offset of ours in it
      files.put(i + "/data", SimLog.record(binlog.keys(i).all(), BinlogOffset.ZERO));
      files.put(i + "/CURRENT", "MANIFEST-000001\n".getBytes(US_ASCII));
    }
    files.put("info", info);
    return new SimSnapshot(uuid(info), offset, files, nowMs + tookMs);
  }

  private static String uuid(byte[] info) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(info));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
