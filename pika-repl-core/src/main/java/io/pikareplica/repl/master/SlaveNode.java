package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.HostPort;

/**
 * One replica in one DB: its session and how far it is. Changed on the event loop only; what is
 * volatile may be read anywhere.
 */
final class SlaveNode {
  /** Pika's SlaveState. */
  enum State {
    /** A TrySync was granted; nothing is sent before the replica says where to begin. */
    NOT_SYNC,
    /** It fetches a snapshot. */
    DB_SYNC,
    BINLOG_SYNC
  }

  private final HostPort address;
  private final MasterDb db;
  private final ReplicaLink link;
  private final int sessionId;
  private volatile State state;
  private volatile BinlogOffset acked;
  private volatile long lastRecvMs;
  private long lastSendMs;
  private volatile BinlogOffset sent;
  private SendWindow window;
  private BinlogFeed feed;
  private boolean isReading;

  SlaveNode(
      HostPort address,
      MasterDb db,
      ReplicaLink link,
      int sessionId,
      State state,
      BinlogOffset offset,
      long nowMs) {
    this.address = address;
    this.db = db;
    this.link = link;
    this.sessionId = sessionId;
    this.state = state;
    this.acked = offset;
    this.sent = offset;
    this.lastRecvMs = nowMs;
    this.lastSendMs = nowMs;
  }

  HostPort address() {
    return address;
  }

  MasterDb db() {
    return db;
  }

  ReplicaLink link() {
    return link;
  }

  int sessionId() {
    return sessionId;
  }

  State state() {
    return state;
  }

  /** What it has, as far as we know; in DB_SYNC, what it will need the binlog from. */
  BinlogOffset acked() {
    return acked;
  }

  BinlogOffset sent() {
    return sent;
  }

  long lastRecvMs() {
    return lastRecvMs;
  }

  long lastSendMs() {
    return lastSendMs;
  }

  SendWindow window() {
    return window;
  }

  BinlogFeed feed() {
    return feed;
  }

  boolean isReading() {
    return isReading;
  }

  void received(long nowMs) {
    lastRecvMs = nowMs;
  }

  void pinged(long nowMs) {
    lastSendMs = nowMs;
  }

  /** Begins, or begins anew, to send from an offset. */
  void activate(BinlogOffset from, SendWindow newWindow, BinlogFeed newFeed) {
    window = newWindow;
    feed = newFeed;
    sent = from;
    acked = from;
    isReading = false;
    state = State.BINLOG_SYNC;
  }

  void readBegins() {
    isReading = true;
  }

  void readEnds() {
    isReading = false;
  }

  void sent(BinlogOffset end, int bytes, long nowMs) {
    window.add(end, bytes);
    sent = end;
    lastSendMs = nowMs;
  }

  /** As {@link SendWindow#ack}. */
  boolean ack(BinlogOffset start, BinlogOffset end) {
    boolean isTaken = window.ack(start, end);
    acked = window.acked();
    return isTaken;
  }
}
