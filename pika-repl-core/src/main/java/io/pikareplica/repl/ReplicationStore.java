package io.pikareplica.repl;

import io.pikareplica.repl.sync.DurableFiles;
import io.pikareplica.repl.sync.SealedText;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What replication must know again after a restart, in {@code replication.state} beside the data.
 * Every change is on disk before the call returns, but for the time of the last message. That one
 * has a file of its own, {@code replication.heard}, which is written often, so it is not forced: a
 * power failure may lose it, which makes the link look older than it is and never younger. Methods:
 * any thread, they write a small file.
 */
final class ReplicationStore {
  static final String FILE = "replication.state";

  static final String HEARD_FILE = "replication.heard";
  private static final Pattern HEARD = Pattern.compile("([0-9]{1,18})\n");
  private static final int MAX_BYTES = 16_384;

  /** Between two writes of the time of the last message. */
  private static final long MESSAGE_TIME_EVERY_MS = 2_000;

  /**
   * @param replicationId the history that data and binlogs belong to; empty for none
   * @param attached whether every DB was once connected to that history
   * @param master who was followed last
   * @param lastMessageWallMs when it was last heard of, by the wall clock; 0 for never
   * @param fileSizeBytes F of the master; empty while unknown
   */
  record Content(
      String replicationId,
      boolean attached,
      Optional<HostPort> master,
      long lastMessageWallMs,
      OptionalLong fileSizeBytes) {
    Content heardAt(long wallMs) {
      return new Content(
          replicationId, attached, master, Math.max(lastMessageWallMs, wallMs), fileSizeBytes);
    }

    static final Content EMPTY = new Content("", false, Optional.empty(), 0, OptionalLong.empty());
  }

  private final Path file;
  private volatile Content content;

  private ReplicationStore(Path file, Content content) {
    this.file = file;
    this.content = content;
  }

  /**
   * @throws ReplicationException STORAGE when the file is there and cannot be read, or its checksum
   *     does not fit; a guess would join histories that do not belong together
   */
  static ReplicationStore open(Path dbPath) throws ReplicationException {
    Path file = dbPath.resolve(FILE);
    try {
      Files.createDirectories(dbPath);
      Content content = Files.exists(file) ? read(file) : Content.EMPTY;
      return new ReplicationStore(file, content.heardAt(heardMs(dbPath.resolve(HEARD_FILE))));
    } catch (IOException | IllegalArgumentException e) {
      throw new ReplicationException(
          ReplicationException.Kind.STORAGE, "cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** 0 for a file that is not there or was not written whole. */
  private static long heardMs(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    Matcher text = HEARD.matcher(DurableFiles.read(file, MAX_BYTES).orElseThrow());
    return text.matches() ? Long.parseLong(text.group(1)) : 0;
  }

  private static Content read(Path file) throws IOException {
    Properties values = new Properties();
    String sealed = DurableFiles.read(file, MAX_BYTES).orElseThrow();
    values.load(new StringReader(SealedText.open(sealed)));
    String host = values.getProperty("master-host", "");
    String fileSize = values.getProperty("binlog-file-size", "");
    return new Content(
        values.getProperty("replication-id", ""),
        Boolean.parseBoolean(values.getProperty("attached", "false")),
        host.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new HostPort(host, Integer.parseInt(values.getProperty("master-port", "")))),
        Long.parseLong(values.getProperty("last-message-ms", "0")),
        fileSize.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fileSize)));
  }

  Content content() {
    return content;
  }

  /** Another history: it has yet to be attached to. */
  synchronized void adoptLineage(String replicationId) throws ReplicationException {
    Content old = content;
    boolean attached = old.attached() && old.replicationId().equals(replicationId);
    write(
        new Content(
            replicationId, attached, old.master(), old.lastMessageWallMs(), old.fileSizeBytes()));
  }

  synchronized void attached() throws ReplicationException {
    Content old = content;
    if (!old.attached()) {
      write(
          new Content(
              old.replicationId(),
              true,
              old.master(),
              old.lastMessageWallMs(),
              old.fileSizeBytes()));
    }
  }

  /** Whether the data fits the master that is to be followed now is not known any more. */
  synchronized void detached() throws ReplicationException {
    Content old = content;
    if (old.attached()) {
      write(
          new Content(
              old.replicationId(),
              false,
              old.master(),
              old.lastMessageWallMs(),
              old.fileSizeBytes()));
    }
  }

  /** Another master; when it was last heard of goes on from the one before. */
  synchronized void master(Optional<HostPort> master) throws ReplicationException {
    Content old = content;
    if (!old.master().equals(master)) {
      write(
          new Content(
              old.replicationId(),
              old.attached(),
              master,
              old.lastMessageWallMs(),
              old.fileSizeBytes()));
    }
  }

  synchronized void fileSizeBytes(long bytes) throws ReplicationException {
    Content old = content;
    if (!old.fileSizeBytes().equals(OptionalLong.of(bytes))) {
      write(
          new Content(
              old.replicationId(),
              old.attached(),
              old.master(),
              old.lastMessageWallMs(),
              OptionalLong.of(bytes)));
    }
  }

  /** The master was heard of; written now and then. */
  synchronized void heard(long wallMs) throws ReplicationException {
    Content old = content;
    if (Math.abs(wallMs - old.lastMessageWallMs()) >= MESSAGE_TIME_EVERY_MS) {
      Path heard = file.resolveSibling(HEARD_FILE);
      try {
        DurableFiles.writeUnforced(heard, wallMs + "\n");
      } catch (IOException e) {
        throw unwritten(heard, e);
      }
      content =
          new Content(
              old.replicationId(), old.attached(), old.master(), wallMs, old.fileSizeBytes());
    }
  }

  private void write(Content next) throws ReplicationException {
    String text =
        "replication-id="
            + next.replicationId()
            + "\nattached="
            + next.attached()
            + next.master()
                .map(m -> "\nmaster-host=" + m.host() + "\nmaster-port=" + m.port())
                .orElse("")
            + "\nlast-message-ms="
            + next.lastMessageWallMs()
            + (next.fileSizeBytes().isPresent()
                ? "\nbinlog-file-size=" + next.fileSizeBytes().getAsLong()
                : "")
            + "\n";
    try {
      DurableFiles.write(file, SealedText.seal(text));
    } catch (IOException e) {
      throw unwritten(file, e);
    }
    content = next;
  }

  private static ReplicationException unwritten(Path file, IOException e) {
    return new ReplicationException(
        ReplicationException.Kind.STORAGE, "cannot write " + file + ": " + e.getMessage(), e);
  }
}
