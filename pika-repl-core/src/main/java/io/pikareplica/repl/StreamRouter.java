package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Takes the items of a frame to the workers of their DBs. Lives on the event loop of the link: all
 * methods are called there, so a route that is closed stays closed for what comes after.
 */
final class StreamRouter {
  /** What to do with what comes for one DB. */
  private enum Mode {
    DROP,
    /** The snapshot is on its way: pings are answered, items dropped. */
    PINGS,
    ITEMS
  }

  /** The way out of here. Called on the event loop. */
  interface Outlet {
    void offer(int db, ReplicatedBatch batch);

    void answerPing(int db, int sessionId);

    void wrongSession(int db, int sessionId);
  }

  private final List<String> names;
  private final Mode[] modes;
  private final int[] sessionIds;
  private final Outlet outlet;

  StreamRouter(List<String> names, Outlet outlet) {
    this.names = List.copyOf(names);
    this.outlet = outlet;
    modes = new Mode[names.size()];
    sessionIds = new int[names.size()];
    closeAll();
  }

  void closeAll() {
    Arrays.fill(modes, Mode.DROP);
  }

  void close(int db) {
    modes[db] = Mode.DROP;
  }

  void pings(int db, int sessionId) {
    modes[db] = Mode.PINGS;
    sessionIds[db] = sessionId;
  }

  void items(int db, int sessionId) {
    modes[db] = Mode.ITEMS;
    sessionIds[db] = sessionId;
  }

  /**
   * Deals out the entries of a BinlogSync answer.
   *
   * @param heard told the number of each DB that something came for
   */
  void route(long connectionId, InnerResponse response, IntConsumer heard) {
    List<InnerResponse.BinlogSync> entries = response.getBinlogSyncList();
    int from = 0;
    while (from < entries.size()) {
      // Pika puts entries of one DB only into a frame; several are dealt out run by run.
      String name = entries.get(from).getSlot().getDbName();
      int to = from + 1;
      while (to < entries.size() && entries.get(to).getSlot().getDbName().equals(name)) {
        to++;
      }
      int db = names.indexOf(name);
      if (db >= 0) {
        heard.accept(db);
        route(connectionId, db, entries.subList(from, to));
      }
      from = to;
    }
  }

  private void route(long connectionId, int db, List<InnerResponse.BinlogSync> entries) {
    if (modes[db] == Mode.DROP) {
      return;
    }
    List<ReplicatedBatch.Entry> items = new ArrayList<>(entries.size());
    for (InnerResponse.BinlogSync entry : entries) {
      if (entry.getSessionId() != sessionIds[db]) {
        // The rest of the message belongs to nobody (src/pika_repl_bgworker.cc).
        outlet.wrongSession(db, entry.getSessionId());
        close(db);
        return;
      }
      if (!entry.getBinlog().isEmpty()) {
        items.add(
            new ReplicatedBatch.Entry(
                new BinlogOffset(
                    entry.getBinlogOffset().getFilenum(), entry.getBinlogOffset().getOffset()),
                entry.getBinlog().toByteArray()));
      }
    }
    if (items.isEmpty()) {
      outlet.answerPing(db, sessionIds[db]);
    } else if (modes[db] == Mode.ITEMS) {
      outlet.offer(db, new ReplicatedBatch(names.get(db), connectionId, sessionIds[db], items));
    }
  }
}
