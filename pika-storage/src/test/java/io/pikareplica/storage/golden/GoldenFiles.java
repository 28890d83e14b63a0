package io.pikareplica.storage.golden;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.binlog.BinlogOffset;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The recorded data of real Pika servers among the test resources; see its README. */
public final class GoldenFiles {
  private GoldenFiles() {}

  /** Opens for example {@code pika-4.0.1/expected/binlog-info.txt}. */
  public static InputStream open(String resource) throws IOException {
    InputStream in = GoldenFiles.class.getClassLoader().getResourceAsStream(resource);
    if (in == null) {
      throw new FileNotFoundException("no test resource " + resource);
    }
    return in;
  }

  /** Unpacks for example {@code pika-4.0.1/binlog.zip} into a folder. */
  public static void unzip(String resource, Path to) throws IOException {
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

  /** The binlog offset that a snapshot belongs to, from the {@code info} in its folder. */
  public static BinlogOffset snapshotOffset(Path dbFolder) throws IOException {
    List<String> lines = Files.readAllLines(dbFolder.resolve("info"), UTF_8);
    return new BinlogOffset(
        Integer.parseUnsignedInt(lines.get(3).strip()), Long.parseLong(lines.get(4).strip()));
  }
}
