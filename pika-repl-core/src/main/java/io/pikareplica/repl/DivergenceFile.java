package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.Divergence.Outcome;
import io.pikareplica.repl.sync.DurableFiles;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small file beside a DB's folder that tells of its last {@link Divergence}. While that is open,
 * a snapshot does not delete the data that it replaces. Any thread.
 */
final class DivergenceFile {
  private static final Logger log = LoggerFactory.getLogger(DivergenceFile.class);
  private static final int MAX_BYTES = 16_384;
  private static final int MAX_TEXT = 1000;

  private final Path file;
  private volatile Optional<Divergence> last;

  private DivergenceFile(Path file, Optional<Divergence> last) {
    this.file = file;
    this.last = last;
  }

  /** The file beside a DB's folder, if there is one; what makes no sense counts as none. */
  static DivergenceFile open(Path data) {
    Path file = data.resolveSibling(data.getFileName() + ".divergence");
    Optional<Divergence> last = Optional.empty();
    try {
      Optional<String> text = DurableFiles.read(file, MAX_BYTES);
      if (text.isPresent()) {
        last = Optional.of(parse(text.get()));
      }
    } catch (IOException | IllegalArgumentException e) {
      log.error("file={} is no note of a divergence: {}", file, e.getMessage());
    }
    return new DivergenceFile(file, last);
  }

  Optional<Divergence> last() {
    return last;
  }

  /**
   * Notes a divergence that is open; one that is noticed again leaves the first note.
   *
   * @return whether it is a new one
   * @throws IOException when it is not on disk; it is remembered until the process ends
   */
  synchronized boolean note(Divergence found) throws IOException {
    if (last.isPresent() && found.isRepeatOf(last.get())) {
      return false;
    }
    write(found);
    return true;
  }

  /** Notes what became of the open one; does nothing where none is open. */
  synchronized void settle(Outcome outcome, Optional<Path> kept) throws IOException {
    if (last.isPresent() && last.get().isOpen()) {
      write(last.get().with(outcome, kept));
    }
  }

  /** The data that had been replaced is back. */
  synchronized void reopen() throws IOException {
    if (last.isPresent() && last.get().outcome() == Outcome.REPLACED) {
      write(last.get().with(Outcome.SYNCING, Optional.empty()));
    }
  }

  private void write(Divergence next) throws IOException {
    last = Optional.of(next);
    DurableFiles.write(file, text(next));
  }

  /** One line for each value, for the file and for a person. */
  static String text(Divergence divergence) {
    StringBuilder text = new StringBuilder();
    line(text, "time-ms", Long.toString(divergence.timeMs()));
    line(text, "reason", OneLine.of(divergence.reason(), MAX_TEXT));
    line(text, "replication-id", divergence.replicationId());
    line(text, "received", divergence.received().toString());
    line(text, "applied", divergence.applied().toString());
    line(text, "master-host", divergence.master().host());
    line(text, "master-port", Integer.toString(divergence.master().port()));
    line(text, "master-replication-id", OneLine.of(divergence.masterReplicationId(), MAX_TEXT));
    divergence.masterEnd().ifPresent(end -> line(text, "master-end", end.toString()));
    line(text, "outcome", divergence.outcome().name());
    divergence.kept().ifPresent(folder -> line(text, "kept", folder.toString()));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(name).append('=').append(value.replace("\\", "\\\\")).append('\n');
  }

  private static Divergence parse(String text) throws IOException {
    Properties values = new Properties();
    values.load(new StringReader(text));
    return new Divergence(
        Long.parseLong(value(values, "time-ms")),
        value(values, "reason"),
        value(values, "replication-id"),
        offset(value(values, "received")),
        offset(value(values, "applied")),
        new HostPort(value(values, "master-host"), Integer.parseInt(value(values, "master-port"))),
        value(values, "master-replication-id"),
        Optional.ofNullable(values.getProperty("master-end")).map(DivergenceFile::offset),
        Outcome.valueOf(value(values, "outcome")),
        Optional.ofNullable(values.getProperty("kept"))
            .map(kept -> Path.of(OneLine.of(kept, MAX_TEXT))));
  }

  private static String value(Properties values, String name) {
    String value = values.getProperty(name);
    if (value == null) {
      throw new IllegalArgumentException("it has no " + name);
    }
    return OneLine.of(value, MAX_TEXT);
  }

  private static BinlogOffset offset(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("'" + text + "' is no offset");
    }
    return new BinlogOffset(
        Integer.parseUnsignedInt(text.substring(0, colon)),
        Long.parseLong(text.substring(colon + 1)));
  }
}
