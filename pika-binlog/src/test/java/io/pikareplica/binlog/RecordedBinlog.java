package io.pikareplica.binlog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The binlog folders that real Pika servers wrote. */
final class RecordedBinlog {
  private static final Pattern OFFSET = Pattern.compile("(db\\d):binlog_offset=(\\d+) (\\d+)");

  private RecordedBinlog() {}

  /** Unpacks a zip of the test resources, for example {@code pika-4.0.1/binlog.zip}. */
  static void unzip(String resource, Path to) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(open(resource))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path target = to.resolve(entry.getName());
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(zip, target);
        }
      }
    }
  }

  /** What the master's INFO said its binlog offset was. */
  static BinlogOffset infoOffset(String version, String db) throws IOException {
    String info;
    try (InputStream in = open(version + "/expected/binlog-info.txt")) {
      info = new String(in.readAllBytes(), UTF_8);
    }
    Matcher line = OFFSET.matcher(info);
    while (line.find()) {
      if (line.group(1).equals(db)) {
        return new BinlogOffset(Integer.parseInt(line.group(2)), Long.parseLong(line.group(3)));
      }
    }
    throw new IllegalArgumentException("no offset of " + db + " in\n" + info);
  }

  /** All items of a folder at rest, which must end without a torn tail. */
  static List<BinlogRecord> readAll(Path folder, BinlogOffset from) throws IOException {
    List<BinlogRecord> items = new ArrayList<>();
    try (BinlogReader reader = BinlogReader.open(new BinlogDirectory(folder), from)) {
      while (true) {
        BinlogReader.Read read = reader.next();
        switch (read.kind()) {
          case ITEM -> items.add(read.toRecord());
          case PADDING -> {}
          case END -> {
            return items;
          }
          case TORN_TAIL -> throw new IOException("torn at " + read.start());
        }
      }
    }
  }

  private static InputStream open(String resource) {
    return RecordedBinlog.class.getClassLoader().getResourceAsStream(resource);
  }
}
