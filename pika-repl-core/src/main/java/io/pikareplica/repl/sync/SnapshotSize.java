package io.pikareplica.repl.sync;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.ManifestTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How large a snapshot is. The protocol tells no sizes, but every instance has a MANIFEST that
 * names its tables with theirs: fetched first, it tells nearly everything before the first table
 * comes.
 *
 * @param tables by name as the master lists them, {@code 0/000012.sst}
 * @param rewriteBytes what the import writes anew beside what was fetched
 */
record SnapshotSize(Map<String, Long> tables, long rewriteBytes) {
  private static final Logger log = LoggerFactory.getLogger(SnapshotSize.class);
  private static final Pattern HEAD = Pattern.compile("[0-9]{1,3}/(CURRENT|MANIFEST-[0-9]+)");
  private static final Pattern CURRENT = Pattern.compile("(MANIFEST-[0-9]{1,20})\\n?");
  private static final int MAX_CURRENT_BYTES = 256;

  /** Whether a file is one of those that tell. */
  static boolean isHead(String file) {
    return HEAD.matcher(file).matches();
  }

  /**
   * Reads the MANIFESTs that have arrived.
   *
   * @return empty where that is not possible; whoever opens the instance will say what is wrong
   */
  static Optional<SnapshotSize> read(Path folder, int instanceCount) {
    Map<String, Long> tables = new HashMap<>();
    long rewriteBytes = 0;
    try {
      for (int i = 0; i < instanceCount; i++) {
        Path instance = folder.resolve(Integer.toString(i));
        for (ManifestTables.Table table : ManifestTables.read(manifest(instance))) {
          tables.put(i + "/" + table.file(), table.bytes());
          rewriteBytes += table.isRewritten() ? table.bytes() : 0;
        }
      }
      return Optional.of(new SnapshotSize(tables, rewriteBytes));
    } catch (IOException e) {
      log.warn("folder={} the snapshot's size is not known beforehand: {}", folder, e.getMessage());
      return Optional.empty();
    }
  }

  private static Path manifest(Path instance) throws IOException {
    Path current = instance.resolve("CURRENT");
    if (Files.size(current) > MAX_CURRENT_BYTES) {
      throw new IOException("CURRENT is longer than " + MAX_CURRENT_BYTES + " bytes");
    }
    Matcher name = CURRENT.matcher(Files.readString(current, US_ASCII));
    if (!name.matches()) {
      throw new IOException("CURRENT names no MANIFEST");
    }
    return instance.resolve(name.group(1));
  }

  /** Of the tables among some files. */
  long bytesOf(List<String> files) {
    return files.stream().mapToLong(file -> tables.getOrDefault(file, 0L)).sum();
  }
}
