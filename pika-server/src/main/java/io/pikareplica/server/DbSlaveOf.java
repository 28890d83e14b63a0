package io.pikareplica.server;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.DbSlaveOfRequest;
import io.pikareplica.repl.DbSlaveOfRequest.Mode;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.concurrent.CompletionStage;

/** DBSLAVEOF db [NO ONE | FORCE | filenum offset], as Pika's operators know it. */
final class DbSlaveOf {
  private DbSlaveOf() {}

  static CompletionStage<Reply> run(ServerCall call) throws CommandException {
    DbSlaveOfRequest request = request(call.args());
    int db = db(call);
    if (!call.server().replication().isReplica()) {
      throw new CommandException("ERR Not currently a slave");
    }
    call.server().watchedKeys().roleChanged();
    return call.server().replication().dbSlaveOf(db, request).thenApply(done -> Reply.OK);
  }

  private static int db(ServerCall call) throws CommandException {
    String name = Dispatcher.lower(call.args().text(1));
    for (int i = 0; i < call.server().replication().dbCount(); i++) {
      if (name.equals("db" + i)) {
        return i;
      }
    }
    throw new CommandException("ERR Invalid db name");
  }

  private static DbSlaveOfRequest request(Args args) throws CommandException {
    if (args.size() == 2) {
      return DbSlaveOfRequest.of(Mode.FOLLOW);
    }
    if (args.size() == 3 && args.is(2, "force")) {
      return DbSlaveOfRequest.of(Mode.FORCE);
    }
    if (args.size() != 4) {
      throw CommandException.syntax();
    }
    if (args.is(2, "no") && args.is(3, "one")) {
      return DbSlaveOfRequest.of(Mode.NO_ONE);
    }
    long filenum = args.int64(2);
    long offset = args.int64(3);
    if (filenum < 0 || filenum > 0xFFFF_FFFFL || offset < 0 || offset > BinlogOffset.MAX_OFFSET) {
      throw CommandException.notAnInteger();
    }
    return DbSlaveOfRequest.from(new BinlogOffset((int) filenum, offset));
  }
}
