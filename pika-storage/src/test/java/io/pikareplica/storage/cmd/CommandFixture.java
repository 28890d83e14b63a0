package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.DbView;
import io.pikareplica.storage.Family;
import io.pikareplica.storage.PikaDb;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.RowIterator;
import io.pikareplica.storage.Rows;
import io.pikareplica.storage.codec.KeyFormat;
import io.pikareplica.storage.codec.MetaRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A real DB in a folder of the test, with a clock that the test moves. One thread. */
final class CommandFixture implements AutoCloseable {
  static final long START_MS = 1_795_334_223_762L;

  private final PikaDb db;
  private long nowMs = START_MS;
  private long written;
  private List<Args> lastItems = List.of();

  CommandFixture(Path folder) {
    db = PikaDb.open(folder, new DbOptions(3, 1024, 4L << 20, false, false));
  }

  long nowMs() {
    return nowMs;
  }

  void advanceMs(long ms) {
    nowMs += ms;
  }

  /** Runs a client's command in a batch of its own; each char is one byte. */
  Reply run(String... words) {
    return run(Args.of(words));
  }

  Reply run(Args args) {
    return runInOneBatch(List.of(args)).get(0);
  }

  /** The reply in one line, see {@link #text(Reply)}. */
  String say(String... words) {
    return text(run(words));
  }

  /** Runs a client's commands in one batch; reads see what is committed before it. */
  List<Reply> runInOneBatch(List<Args> commands) {
    List<Reply> replies = new ArrayList<>();
    List<Args> items = new ArrayList<>();
    try (DbBatch batch = db.newBatch()) {
      for (Args args : commands) {
        replies.add(execute(batch, args, items));
      }
      batch.commit(nextEnd());
    }
    lastItems = List.copyOf(items);
    return replies;
  }

  private Reply execute(DbBatch batch, Args args, List<Args> items) {
    Optional<Command> command = CommandTable.instance().find(args);
    if (command.isEmpty()) {
      return Reply.error("ERR unknown command \"" + args.text(0) + "\"");
    }
    try {
      if (!command.get().spec().accepts(args.size())) {
        throw CommandException.arity(args.name());
      }
      if (command.get() instanceof Command.Write write) {
        DbBatch.Outcome outcome = batch.execute(write, args, nowMs);
        items.addAll(outcome.items());
        return outcome.reply();
      }
      try (DbView view = db.view()) {
        return ((Command.Read) command.get()).reader().read(new ClockedView(view, nowMs), args);
      }
    } catch (CommandException e) {
      return Reply.error(e.getMessage());
    }
  }

  /** Looks at the data as a reader does. */
  <T> T look(Function<ReadContext, T> reader) {
    try (DbView view = db.view()) {
      return reader.apply(new ClockedView(view, nowMs));
    }
  }

  /** Applies an item as a replica does, at the master's exec_time: now, in whole seconds. */
  Reply replay(String... words) {
    return replay(Args.of(words));
  }

  Reply replay(Args args) {
    Command command = CommandTable.instance().find(args.name()).orElseThrow();
    if (!(command instanceof Command.Write write)) {
      return Reply.OK; // logged by the original though it changes nothing
    }
    try (DbBatch batch = db.newBatch()) {
      BinlogOffset end = nextEnd();
      Reply reply = batch.replay(write, args, end, nowMs / 1000 * 1000);
      batch.commit(end);
      return reply;
    } catch (CommandException e) {
      return Reply.error(e.getMessage());
    }
  }

  private BinlogOffset nextEnd() {
    written += 100;
    return new BinlogOffset(0, written);
  }

  /** The words of each item that the last run would put into the binlog. */
  List<Args> lastItems() {
    return lastItems;
  }

  /** {@link #lastItems()}, the words of an item with blanks between them. */
  List<String> lastItemTexts() {
    return lastItems.stream().map(CommandFixture::words).toList();
  }

  private static String words(Args args) {
    return args.from(0).stream()
        .map(word -> new String(word, ISO_8859_1))
        .collect(Collectors.joining(" "));
  }

  /** Puts a record under a key, without rows. */
  void put(String key, MetaRecord record) {
    byte[] bytes = key.getBytes(ISO_8859_1);
    Command.Write put =
        new Command.Write(
            CommandTable.instance().find("del").orElseThrow().spec(),
            (context, args) -> {
              context.rows(bytes).put(Family.META, KeyFormat.meta(bytes), record.encode());
              return Reply.OK;
            });
    try (DbBatch batch = db.newBatch()) {
      batch.execute(put, Args.of("put"), nowMs);
      batch.commit(nextEnd());
    } catch (CommandException e) {
      throw new AssertionError(e);
    }
  }

  /** The record under a key, dead or alive. */
  Optional<MetaRecord> record(String key) {
    try (DbView view = db.view()) {
      byte[] bytes = key.getBytes(ISO_8859_1);
      return Keys.record(view.rows(bytes), bytes);
    }
  }

  /** How many rows a key has in a family, of all versions. */
  int rowCount(String key, Family family) {
    byte[] prefix = KeyFormat.userKeyPrefix(key.getBytes(ISO_8859_1));
    try (DbView view = db.view();
        RowIterator row =
            view.rows(key.getBytes(ISO_8859_1))
                .ascending(family, prefix, KeyFormat.after(prefix))) {
      int count = 0;
      for (; row.isValid(); row.next()) {
        count++;
      }
      return count;
    }
  }

  PikaDb db() {
    return db;
  }

  /**
   * A reply in one line: {@code OK}, {@code -ERR …}, {@code :1}, {@code text}, {@code nil}, {@code
   * nil*}, {@code [a, b]}; a map as a flat array.
   */
  static String text(Reply reply) {
    return switch (reply.kind()) {
      case STATUS -> ((Reply.Status) reply).text();
      case FAILURE -> "-" + ((Reply.Failure) reply).text();
      case INT -> ":" + ((Reply.Int) reply).value();
      case BULK -> new String(((Reply.Bulk) reply).bytes(), ISO_8859_1);
      case NIL -> ((Reply.Nil) reply).array() ? "nil*" : "nil";
      case ARRAY -> texts(((Reply.Array) reply).items());
      case MAP -> texts(((Reply.Map) reply).flat());
    };
  }

  private static String texts(List<Reply> replies) {
    return replies.stream().map(CommandFixture::text).collect(Collectors.joining(", ", "[", "]"));
  }

  @Override
  public void close() {
    db.close();
  }

  /** A view with the test's clock in place of the wall clock. */
  private record ClockedView(DbView view, long nowMs) implements ReadContext {
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
