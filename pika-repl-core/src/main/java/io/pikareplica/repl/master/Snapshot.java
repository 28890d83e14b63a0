package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogOffset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A finished snapshot of a DB as replicas fetch it. Only the files listed here are ever served, so
 * no name that a replica sends can lead out of the folder.
 *
 * @param uuid MD5 of the {@code info} file; never the same for two snapshots
 * @param offset where the binlog goes on from the data
 * @param files length in bytes by name, in the order of the list that replicas get
 */
record Snapshot(String db, Path folder, String uuid, BinlogOffset offset, Map<String, Long> files) {
  static final String INFO = "info";

  /**
   * Completes a folder that holds the data: writes {@code info} and lists what there is.
   *
   * @param tookMs how long making the data took
   * @param madeAtMs unix milliseconds; tells snapshots at the same offset apart
   * @throws IOException also when the folder of an instance is missing
   */
  static Snapshot complete(
      MasterConfig config, String db, Path folder, BinlogOffset offset, long tookMs, long madeAtMs)
      throws IOException {
    // Five lines that every replica reads, then a term and an index, which none uses.
    String text =
        "%ds\n%s\n%d\n%s\n%d\n0\n%d\n"
            .formatted(
                tookMs / 1000,
                config.host(),
                config.port(),
                Integer.toUnsignedString(offset.filenum()),
                offset.offset(),
                madeAtMs);
    byte[] info = text.getBytes(StandardCharsets.UTF_8);
    Files.write(folder.resolve(INFO), info);
    Map<String, Long> files = new LinkedHashMap<>();
    for (int instance = 0; instance < config.instances(); instance++) {
      list(folder, String.valueOf(instance), files);
    }
    files.put(INFO, (long) info.length);
    return new Snapshot(db, folder, md5(info), offset, Collections.unmodifiableMap(files));
  }

  private static void list(Path folder, String instance, Map<String, Long> files)
      throws IOException {
    Map<String, Long> sorted = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder.resolve(instance))) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
          sorted.put(instance + "/" + entry.getFileName(), Files.size(entry));
        }
      }
    }
    files.putAll(sorted);
  }

  private static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
