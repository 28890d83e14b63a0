package io.pikareplica.storage.golden;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.Rows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Dumps a DB through the commands that clients use. */
public final class DbDump {
  private final ReadContext context;

  private DbDump(ReadContext context) {
    this.context = context;
  }

  /**
   * Everything that a DB holds.
   *
   * @param nowMs the clock that decides what has expired
   */
  public static SortedMap<String, DumpedKey> of(PikaDb db, long nowMs) {
    try (DbView view = db.view()) {
      return of(view, nowMs);
    }
  }

  /** Everything that a view shows; it stays open. */
  public static SortedMap<String, DumpedKey> of(DbView view, long nowMs) {
    DbDump dump = new DbDump(new At(view, nowMs));
    SortedMap<String, DumpedKey> keys = new TreeMap<>();
    for (Object found : list(dump.run("KEYS", "*"))) {
      String key = (String) found;
      keys.put(key, dump.key(key));
    }
    return keys;
  }

  private DumpedKey key(String key) {
    String type = (String) plain(run("TYPE", key));
    long leftMs = ((Reply.Int) run("PTTL", key)).value();
    return new DumpedKey(
        key,
        type,
        value(key, type),
        leftMs < 0 ? Optional.empty() : Optional.of(context.nowMs() + leftMs));
  }

  private Object value(String key, String type) {
    return switch (type) {
      case "string" -> plain(run("GET", key));
      case "hash" -> sorted(pairs(list(run("HGETALL", key))));
      case "list" -> list(run("LRANGE", key, "0", "-1"));
      case "set" -> sorted(list(run("SMEMBERS", key)));
      case "zset" -> pairs(list(run("ZRANGE", key, "0", "-1", "WITHSCORES")));
      case "streams" -> list(run("XRANGE", key, "-", "+"));
      default -> throw new AssertionError(key + " is of type " + type);
    };
  }

  private static List<Object> sorted(List<Object> values) {
    values.sort(Comparator.comparing(DbDump::sortKey));
    return values;
  }

  private static String sortKey(Object value) {
    return value instanceof List<?> pair ? (String) pair.get(0) : (String) value;
  }

  private static List<Object> pairs(List<Object> flat) {
    List<Object> pairs = new ArrayList<>();
    for (int i = 0; i < flat.size(); i += 2) {
      pairs.add(flat.subList(i, i + 2));
    }
    return pairs;
  }

  private Reply run(String... words) {
    Command.Read read =
        (Command.Read)
            CommandTable.instance()
                .find(words[0])
                .orElseThrow(() -> new AssertionError("no command " + words[0]));
    try {
      return read.reader().read(context, Args.of(words));
    } catch (CommandException e) {
      throw new AssertionError(words[0] + ": " + e.getMessage(), e);
    }
  }

  private static List<Object> list(Reply reply) {
    return reply.kind() == Reply.Kind.MAP
        ? plain(((Reply.Map) reply).flat())
        : plain(((Reply.Array) reply).items());
  }

  private static List<Object> plain(List<Reply> replies) {
    List<Object> values = new ArrayList<>();
    for (Reply reply : replies) {
      values.add(plain(reply));
    }
    return values;
  }

  private static Object plain(Reply reply) {
    return switch (reply.kind()) {
      case STATUS -> ((Reply.Status) reply).text();
      case BULK -> new String(((Reply.Bulk) reply).bytes(), ISO_8859_1);
      case ARRAY, MAP -> list(reply);
      case INT, NIL, FAILURE -> throw new AssertionError("unexpected " + reply);
    };
  }

  /** A view at another time. */
  private record At(DbView view, long nowMs) implements ReadContext {
    @Override
    public Rows rows(byte[] key) {
      return view.rows(key);
    }

    @Override
    public List<? extends Rows> allRows() {
      return view.allRows();
    }
  }
}
