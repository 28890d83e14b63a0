package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a model master keeps of one replica in one DB: Pika's slave node. */
final class SimSlave {
  /** Pika's states of a slave node, as far as they matter. */
  enum State {
    NOT_SYNC,
    DB_SYNC,
    BINLOG_SYNC
  }

  final int sessionId;
  final Deque<BinlogOffset> window = new ArrayDeque<>();
  State state = State.NOT_SYNC;

  /** Of the next item to be sent. */
  int next;

  boolean isInDisguise;
  boolean isMute;
  boolean hasSlipped;
  long heardMs;
  long sentMs;

  SimSlave(int sessionId, long nowMs) {
    this.sessionId = sessionId;
    heardMs = nowMs;
    sentMs = nowMs;
  }
}
