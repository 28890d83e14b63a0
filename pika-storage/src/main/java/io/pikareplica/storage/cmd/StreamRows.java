package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StreamId;
import io.pikareplica.storage.codec.StreamMeta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The messages of one life of a stream, in the order of their ids. */
final class StreamRows {
  private final Rows rows;
  private final byte[] prefix;

  StreamRows(Rows rows, byte[] key, StreamMeta meta) {
    this.rows = rows;
    prefix = KeyFormat.dataPrefix(key, meta.version());
  }

  /**
   * The stream record among what was found under a key, an emptied one, too: unlike other emptied
   * keys it is still there for readers.
   *
   * @throws CommandException when the key is live and of another type, in the original's words
   */
  static Optional<StreamMeta> stream(Optional<MetaRecord> found, byte[] key, long nowMs)
      throws CommandException {
    if (found.isEmpty()) {
      return Optional.empty();
    }
    MetaRecord record = found.get();
    if (record.type() == DataType.STREAM) {
      return Optional.of((StreamMeta) record);
    }
    if (!record.isLive(nowMs)) {
      return Optional.empty();
    }
    String name = new String(key, ISO_8859_1).replace('\r', ' ').replace('\n', ' ');
    throw new CommandException(
        "ERR Invalid argument: WRONGTYPE, key: "
            + name
            + ", expected type: streams, got type: "
            + record.type().pikaName());
  }

  static Optional<StreamMeta> stream(ReadContext context, byte[] key) throws CommandException {
    return stream(Keys.record(context.rows(key), key), key, context.nowMs());
  }

  byte[] rowKey(StreamId id) {
    return KeyFormat.message(prefix, id);
  }

  boolean contains(StreamId id) {
    return rows.get(Family.STREAM, rowKey(id)) != null;
  }

  /** The messages from one id to another, both included. The caller closes it. */
  RowIterator walk(StreamId from, StreamId to, boolean ascending) {
    byte[] last = rowKey(to);
    byte[] end = Arrays.copyOf(last, last.length + 1);
    return ascending
        ? rows.ascending(Family.STREAM, rowKey(from), end)
        : rows.descending(Family.STREAM, rowKey(from), end);
  }

  StreamId idAt(RowIterator walk) {
    return KeyFormat.messageIdOf(prefix, walk.key());
  }

  /** Up to {@code limit} ids from one id to another, both included. */
  List<StreamId> ids(StreamId from, StreamId to, long limit) {
    List<StreamId> ids = new ArrayList<>();
    try (RowIterator walk = walk(from, to, true)) {
      for (; walk.isValid() && ids.size() < limit; walk.next()) {
        ids.add(idAt(walk));
      }
    }
    return ids;
  }

  /** The smallest id, 0-0 when there is no message. */
  StreamId smallest() {
    return end(true);
  }

  /** The largest id, 0-0 when there is no message. */
  StreamId largest() {
    return end(false);
  }

  private StreamId end(boolean ascending) {
    try (RowIterator walk = walk(StreamId.MIN, StreamId.MAX, ascending)) {
      return walk.isValid() ? idAt(walk) : StreamId.MIN;
    }
  }
}
