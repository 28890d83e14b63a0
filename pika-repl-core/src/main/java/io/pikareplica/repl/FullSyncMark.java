package io.pikareplica.repl;

import io.pikareplica.repl.sync.DurableFiles;
import java.io.IOException;
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
    return new FullSyncMark(file, DurableFiles.read(file, MAX_BYTES).orElse("").strip());
  }

  Optional<String> reason() {
    return reason.isEmpty() ? Optional.empty() : Optional.of(reason);
  }

  synchronized void set(String newReason) throws IOException {
    String text = newReason.isBlank() ? "unknown" : newReason.strip().replace('\n', ' ');
    text = text.substring(0, Math.min(text.length(), MAX_BYTES / 4));
    DurableFiles.write(file, text + "\n");
    reason = text;
  }

  synchronized void clear() throws IOException {
    DurableFiles.delete(file);
    reason = "";
  }
}
