package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.codec.ListMeta;
import java.util.List;
import java.util.Optional;

/** Commands that look at lists (src/pika_list.cc, S/redis_lists.cc). */
final class ListReads {
  private ListReads() {}

  static List<Command> commands() {
    return new CommandList(Group.LIST)
        .read("llen", 2, ListReads::llen)
        .read("lindex", 3, ListReads::lindex)
        .read("lrange", 4, ListReads::lrange)
        .commands();
  }

  private static Reply llen(ReadContext context, Args args) throws CommandException {
    return Reply.of(Keys.list(context, args.get(1)).map(ListMeta::count).orElse(0L));
  }

  private static Reply lindex(ReadContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    long position = args.int64(2);
    Optional<ListMeta> list = Keys.list(context, key);
    if (list.isEmpty()) {
      return Reply.NIL;
    }
    ListMeta meta = list.get();
    long fromHead = position < 0 ? meta.count() + position : position;
    if (fromHead < 0 || fromHead >= meta.count()) {
      return Reply.NIL;
    }
    return Reply.bulk(
        new ListRows(context.rows(key), key, meta).element(meta.left() + 1 + fromHead));
  }

  private static Reply lrange(ReadContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    long start = args.int64(2);
    long stop = args.int64(3);
    Optional<ListMeta> list = Keys.list(context, key);
    if (list.isEmpty()) {
      return Reply.EMPTY_ARRAY;
    }
    ListMeta meta = list.get();
    long count = meta.count();
    long from = Math.max(start < 0 ? count + start : start, 0);
    long to = Math.min(stop < 0 ? count + stop : stop, count - 1) + 1;
    if (from >= to) {
      return Reply.EMPTY_ARRAY;
    }
    long first = meta.left() + 1;
    return Reply.bulks(
        new ListRows(context.rows(key), key, meta).elements(first + from, first + to));
  }
}
