package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.KeyFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Reads over all keys of a DB. */
final class KeyspaceCommands {
  private static final byte[] SCAN_SCOPE = "scan".getBytes(US_ASCII);

  private KeyspaceCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.KEYS)
        .readKeys("keys", -2, 0, 0, 0, KeyspaceCommands::keys)
        .readKeys("scan", -2, 0, 0, 0, KeyspaceCommands::scan)
        .readKeys("dbsize", 1, 0, 0, 0, KeyspaceCommands::dbSize)
        .readKeys("randomkey", 1, 0, 0, 0, KeyspaceCommands::randomKey)
        .commands();
  }

  /** KEYS pattern [type]; the type is Pika's. */
  private static Reply keys(ReadContext context, Args args) throws CommandException {
    if (args.size() > 3) {
      throw CommandException.syntax();
    }
    Optional<DataType> type =
        args.size() == 3 ? Optional.of(ScanArgs.typeNamed(args, 2)) : Optional.empty();
    return Reply.bulks(matching(context, new Glob(args.get(1)), type));
  }

  /** The live keys that match, instance after instance. */
  static List<byte[]> matching(ReadContext context, Glob pattern, Optional<DataType> type) {
    List<byte[]> found = new ArrayList<>();
    try (KeyWalk walk = KeyWalk.of(context)) {
      while (walk.next()) {
        if (isOf(type, walk) && pattern.matches(walk.key())) {
          found.add(walk.key());
        }
      }
    }
    return found;
  }

  private static boolean isOf(Optional<DataType> type, KeyWalk walk) {
    return type.isEmpty() || type.get() == walk.record().type();
  }

  /** SCAN; a cursor stands for the instance and the row that the walk goes on with. */
  private static Reply scan(ReadContext context, Args args) throws CommandException {
    ScanArgs scan = ScanArgs.parse(args, 1, true);
    ByteBuffer place =
        ByteBuffer.wrap(ScanCursors.SHARED.find(SCAN_SCOPE, scan.cursor()).orElse(new byte[4]));
    int instance = place.getInt();
    byte[] from = new byte[place.remaining()];
    place.get(from);

    List<byte[]> found = new ArrayList<>();
    long cursor = 0;
    try (KeyWalk walk = KeyWalk.from(context, instance, from)) {
      for (long looked = 0; looked < scan.count() && walk.hasRow(); looked++) {
        if (walk.step() && isOf(scan.type(), walk) && scan.match().matches(walk.key())) {
          found.add(walk.key());
        }
      }
      if (walk.hasRow()) {
        cursor = ScanCursors.SHARED.put(SCAN_SCOPE, place(walk));
      }
    }
    return Reply.array(List.of(Reply.bulk(Long.toString(cursor)), Reply.bulks(found)));
  }

  private static byte[] place(KeyWalk walk) {
    byte[] row = walk.nextRow();
    return ByteBuffer.allocate(Integer.BYTES + row.length)
        .putInt(walk.nextInstance())
        .put(row)
        .array();
  }

  /** Counts; the original answers with the last result of INFO KEYSPACE 1. */
  private static Reply dbSize(ReadContext context, Args args) {
    long count = 0;
    try (KeyWalk walk = KeyWalk.of(context)) {
      while (walk.next()) {
        count++;
      }
    }
    return Reply.of(count);
  }

  /**
   * Any live key: the first one behind a random place between the first and the last row of an
   * instance. Keys behind large gaps come more often.
   */
  private static Reply randomKey(ReadContext context, Args args) {
    int instances = context.allRows().size();
    int start = ThreadLocalRandom.current().nextInt(instances);
    for (int i = 0; i < instances; i++) {
      int instance = (start + i) % instances;
      byte[] place = randomPlace(context.allRows().get(instance));
      try (KeyWalk walk = KeyWalk.from(context, instance, place)) {
        if (walk.next()) {
          return Reply.bulk(walk.key());
        }
      }
    }
    try (KeyWalk walk = KeyWalk.of(context)) { // only in front of the random places
      return walk.next() ? Reply.bulk(walk.key()) : Reply.NIL;
    }
  }

  private static byte[] randomPlace(Rows rows) {
    byte[] end = KeyFormat.afterAll();
    try (RowIterator first = rows.ascending(Family.META, new byte[0], end);
        RowIterator last = rows.descending(Family.META, new byte[0], end)) {
      if (!first.isValid()) {
        return new byte[0];
      }
      byte[] low = first.key();
      byte[] high = last.key();
      int common = 0;
      while (common < Math.min(low.length, high.length) && low[common] == high[common]) {
        common++;
      }
      if (common == Math.min(low.length, high.length)) {
        return low;
      }
      ThreadLocalRandom random = ThreadLocalRandom.current();
      byte[] place = Arrays.copyOf(low, common + 1 + random.nextInt(2));
      place[common] = (byte) random.nextInt(low[common] & 0xFF, (high[common] & 0xFF) + 1);
      if (place.length > common + 1) {
        place[common + 1] = (byte) random.nextInt(256);
      }
      return place;
    }
  }
}
