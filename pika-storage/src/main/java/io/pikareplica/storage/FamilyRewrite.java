package io.pikareplica.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SstFileWriter;

/**
 * Copies all rows of one family into another that has the same order under keys in another form:
 * walks the one, writes sorted files, adds them to the other. Works on the thread that calls it.
 */
final class FamilyRewrite {
  /** Where a file is cut; it grows by a row and a block at most. */
  private static final long FILE_BYTES = 64L << 20;

  private static final int ROWS_PER_REPORT = 1000;
  private static final String WORK_FOLDER = "rewrite";

  private final BorderInstance instance;
  private final ConversionProgress progress;
  private final List<String> files = new ArrayList<>();
  private long skipped;

  FamilyRewrite(BorderInstance instance, ConversionProgress progress) {
    this.instance = instance;
    this.progress = progress;
  }

  /** The form of a key in the other family; empty for a row that has none there. */
  @FunctionalInterface
  interface KeyForm {
    Optional<byte[]> of(byte[] key) throws RocksDBException;
  }

  /**
   * Copies.
   *
   * @return rows that have no form in the other family and were left out
   * @throws StorageException when reading or writing fails, or the rows are not in order
   */
  long run(String from, String to, KeyForm form) throws RocksDBException, IOException {
    Path work = Files.createDirectories(instance.folder().resolve(WORK_FOLDER));
    try (Options options = instance.fileOptions(to);
        EnvOptions env = new EnvOptions();
        ReadOptions reading = new ReadOptions().setFillCache(false).setReadaheadSize(2 << 20);
        RocksIterator rows = instance.rocks().newIterator(instance.family(from), reading)) {
      rows.seekToFirst();
      while (rows.isValid()) {
        Path file = work.resolve(to + "-" + files.size() + ".sst");
        try (SstFileWriter writer = new SstFileWriter(env, options)) {
          writer.open(file.toString());
          if (writeFile(rows, form, writer)) {
            files.add(file.toString());
          }
        }
      }
      rows.status();
      if (!files.isEmpty()) {
        try (IngestExternalFileOptions ingest =
            new IngestExternalFileOptions().setMoveFiles(true)) {
          instance.rocks().ingestExternalFile(instance.family(to), files, ingest);
        }
      }
    } finally {
      deleteWork(work);
    }
    return skipped;
  }

  /** False when there was no row left to write, and so there is no file. */
  private boolean writeFile(RocksIterator rows, KeyForm form, SstFileWriter writer)
      throws RocksDBException {
    long rowsInFile = 0;
    long seen = 0;
    long bytes = 0;
    for (; rows.isValid() && bytes < FILE_BYTES; rows.next()) {
      Optional<byte[]> key = form.of(rows.key());
      if (key.isPresent()) {
        byte[] value = rows.value();
        writer.put(key.get(), value);
        bytes += key.get().length + value.length;
        rowsInFile++;
      } else {
        skipped++;
      }
      if (++seen % ROWS_PER_REPORT == 0) {
        progress.converted(ROWS_PER_REPORT);
      }
    }
    progress.converted(seen % ROWS_PER_REPORT);
    if (rowsInFile > 0) {
      writer.finish();
    }
    return rowsInFile > 0;
  }

  private static void deleteWork(Path work) throws IOException {
    if (!Files.isDirectory(work)) {
      return;
    }
    try (var entries = Files.list(work)) {
      for (Path entry : entries.toList()) {
        Files.delete(entry);
      }
    }
    Files.delete(work);
  }
}
