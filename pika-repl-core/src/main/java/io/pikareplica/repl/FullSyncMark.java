package io.pikareplica.repl;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.repl.sync.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A small file that says why a DB has to be fetched whole, from when that is known until the
 * snapshot is in place. A restart in between goes on with the full sync instead of following
 * incrementally onto data that does not fit. Any thread.
 */
final class FullSyncMark {
  private static final int MAX_BYTES = 4096;

  private final Path file;
  private volatile String reason;

  private FullSyncMark(Path file, String reason) {
    this.file = file;
    this.reason = reason;
  }

  /** The mark beside a DB's folder, set or not. */
  static FullSyncMark open(Path data) throws IOException {
    Path file = data.resolveSibling(data.getFileName() + ".fullsync");
    try (InputStream in = Files.newInputStream(file)) {
      // what it says is for a person; that it is there is what counts
      return new FullSyncMark(file, reasonOf(new String(in.readNBytes(MAX_BYTES), UTF_8)));
    } catch (NoSuchFileException e) {
      return new FullSyncMark(file, "");
    }
  }

  private static String reasonOf(String text) {
    String line = OneLine.of(text.strip(), MAX_BYTES / 4).strip();
    return line.isEmpty() ? "unknown" : line;
  }

  Optional<String> reason() {
    return reason.isEmpty() ? Optional.empty() : Optional.of(reason);
  }

  synchronized void set(String newReason) throws IOException {
    String text = reasonOf(newReason);
    DurableFiles.write(file, text + "\n");
    reason = text;
  }

  synchronized void clear() throws IOException {
    DurableFiles.delete(file);
    reason = "";
  }
}
