package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogOffset;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three offsets of one DB: received (in the local binlog), durable (forced to disk), applied
 * (visible to readers). Each is one packed long: any thread reads it without a lock and never sees
 * half of an offset. One thread writes, the DB's worker. An offset goes back only by {@link
 * #reset}.
 */
public final class OffsetTracker {
  private static final Logger log = LoggerFactory.getLogger(OffsetTracker.class);
  private static final VarHandle RECEIVED = field("received");
  private static final VarHandle DURABLE = field("durable");
  private static final VarHandle APPLIED = field("applied");
  private static final VarHandle RESETS = field("resets");

  private final String db;

  @SuppressWarnings("UnusedVariable") // through its VarHandle
  private long received;

  @SuppressWarnings("UnusedVariable") // through its VarHandle
  private long durable;

  @SuppressWarnings("UnusedVariable") // through its VarHandle
  private long applied;

  /** Twice the number of resets; odd while one is under way. */
  @SuppressWarnings("UnusedVariable") // through its VarHandle
  private long resets;

  /** Both offsets at one moment: never applied beyond received, never of two histories. */
  public record Reach(BinlogOffset received, BinlogOffset applied) {}

  public OffsetTracker(String db) {
    this.db = db;
  }

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(OffsetTracker.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  public BinlogOffset received() {
    return BinlogOffset.ofPacked((long) RECEIVED.getAcquire(this));
  }

  public BinlogOffset durable() {
    return BinlogOffset.ofPacked((long) DURABLE.getAcquire(this));
  }

  public BinlogOffset applied() {
    return BinlogOffset.ofPacked((long) APPLIED.getAcquire(this));
  }

  /** Received and applied of one moment. Any thread; a reset in between is read again. */
  public Reach reach() {
    while (true) {
      long before = (long) RESETS.getAcquire(this);
      // applied first: what is read later can only be further on
      long reached = (long) APPLIED.getAcquire(this);
      long end = (long) RECEIVED.getAcquire(this);
      if ((before & 1) == 0 && before == (long) RESETS.getAcquire(this)) {
        return new Reach(BinlogOffset.ofPacked(end), BinlogOffset.ofPacked(reached));
      }
      Thread.onSpinWait();
    }
  }

  /** The end of the local binlog has moved on. */
  public void received(BinlogOffset end) {
    advance(RECEIVED, "received", end);
  }

  /** Everything up to {@code end} is on disk. */
  public void durable(BinlogOffset end) {
    requireReceived("durable", end);
    advance(DURABLE, "durable", end);
  }

  /** Everything up to {@code end} is visible to readers. */
  public void applied(BinlogOffset end) {
    requireReceived("applied", end);
    advance(APPLIED, "applied", end);
  }

  /** Sets all three anew, back or forth, for a reason that is logged. */
  public void reset(BinlogOffset offset, String reason) {
    log.info("db={} offset={}->{} reason=\"{}\"", db, received(), offset, reason);
    long packed = offset.packed();
    RESETS.setRelease(this, (long) RESETS.get(this) + 1);
    // readers see applied <= received throughout: the lower one goes first on the way down
    if (Long.compareUnsigned(packed, (long) RECEIVED.get(this)) < 0) {
      APPLIED.setRelease(this, packed);
      DURABLE.setRelease(this, packed);
      RECEIVED.setRelease(this, packed);
    } else {
      RECEIVED.setRelease(this, packed);
      DURABLE.setRelease(this, packed);
      APPLIED.setRelease(this, packed);
    }
    RESETS.setRelease(this, (long) RESETS.get(this) + 1);
  }

  private void requireReceived(String what, BinlogOffset end) {
    long limit = (long) RECEIVED.get(this);
    if (Long.compareUnsigned(end.packed(), limit) > 0) {
      throw new IllegalStateException(
          db + ": " + what + " " + end + " is beyond received " + BinlogOffset.ofPacked(limit));
    }
  }

  private void advance(VarHandle value, String what, BinlogOffset end) {
    long old = (long) value.get(this);
    if (Long.compareUnsigned(end.packed(), old) < 0) {
      throw new IllegalStateException(
          db + ": " + what + " goes back from " + BinlogOffset.ofPacked(old) + " to " + end);
    }
    value.setRelease(this, end.packed());
  }
}
