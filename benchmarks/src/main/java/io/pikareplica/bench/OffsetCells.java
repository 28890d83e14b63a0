package io.pikareplica.bench;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.OffsetTracker;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.StampedLock;

/** Ways to hand an offset from one writer to many readers; the first is the one that is in use. */
public final class OffsetCells {
  private OffsetCells() {}

  /** A place that one thread writes and others read. */
  interface Cell {
    void set(BinlogOffset offset);

    BinlogOffset get();
  }

  static Cell of(Form form) {
    return switch (form) {
      case OFFSET_TRACKER -> new Tracker();
      case PACKED_RELEASE_ACQUIRE -> new PackedReleaseAcquire();
      case ATOMIC_LONG -> new PackedVolatile();
      case ATOMIC_REFERENCE -> new Reference();
      case SEQLOCK -> new Seqlock();
      case STAMPED_LOCK -> new Stamped();
      case SYNCHRONIZED -> new Monitor();
    };
  }

  /** What is compared. */
  public enum Form {
    /**
     * The production class: a packed long, release and acquire, and its check against going back.
     */
    OFFSET_TRACKER,
    PACKED_RELEASE_ACQUIRE,
    ATOMIC_LONG,
    ATOMIC_REFERENCE,
    SEQLOCK,
    STAMPED_LOCK,
    SYNCHRONIZED
  }

  private static final class Tracker implements Cell {
    private final OffsetTracker tracker = new OffsetTracker("db0");

    @Override
    public void set(BinlogOffset offset) {
      tracker.received(offset);
    }

    @Override
    public BinlogOffset get() {
      return tracker.received();
    }
  }

  private static final class PackedReleaseAcquire implements Cell {
    private final AtomicLong packed = new AtomicLong();

    @Override
    public void set(BinlogOffset offset) {
      packed.setRelease(offset.packed());
    }

    @Override
    public BinlogOffset get() {
      return BinlogOffset.ofPacked(packed.getAcquire());
    }
  }

  private static final class PackedVolatile implements Cell {
    private final AtomicLong packed = new AtomicLong();

    @Override
    public void set(BinlogOffset offset) {
      packed.set(offset.packed());
    }

    @Override
    public BinlogOffset get() {
      return BinlogOffset.ofPacked(packed.get());
    }
  }

  private static final class Reference implements Cell {
    private final AtomicReference<BinlogOffset> offset = new AtomicReference<>(BinlogOffset.ZERO);

    @Override
    public void set(BinlogOffset newOffset) {
      offset.setRelease(newOffset);
    }

    @Override
    public BinlogOffset get() {
      return offset.getAcquire();
    }
  }

  /** Both parts apart, guarded by a counter that is odd while they change. */
  private static final class Seqlock implements Cell {
    private final AtomicLong sequence = new AtomicLong();
    private final AtomicLong filenum = new AtomicLong();
    private final AtomicLong offset = new AtomicLong();

    @Override
    public void set(BinlogOffset newOffset) {
      long before = sequence.getPlain();
      sequence.set(before + 1);
      filenum.setOpaque(newOffset.filenum());
      offset.setOpaque(newOffset.offset());
      sequence.setRelease(before + 2);
    }

    @Override
    public BinlogOffset get() {
      while (true) {
        long before = sequence.getAcquire();
        long file = filenum.getAcquire();
        long at = offset.getAcquire();
        if ((before & 1) == 0 && sequence.getPlain() == before) {
          return new BinlogOffset((int) file, at);
        }
        Thread.onSpinWait();
      }
    }
  }

  private static final class Stamped implements Cell {
    private final StampedLock lock = new StampedLock();
    private int filenum;
    private long offset;

    @Override
    public void set(BinlogOffset newOffset) {
      long stamp = lock.writeLock();
      try {
        filenum = newOffset.filenum();
        offset = newOffset.offset();
      } finally {
        lock.unlockWrite(stamp);
      }
    }

    @Override
    public BinlogOffset get() {
      long stamp = lock.tryOptimisticRead();
      int file = filenum;
      long at = offset;
      if (lock.validate(stamp)) {
        return new BinlogOffset(file, at);
      }
      stamp = lock.readLock();
      try {
        return new BinlogOffset(filenum, offset);
      } finally {
        lock.unlockRead(stamp);
      }
    }
  }

  private static final class Monitor implements Cell {
    private int filenum;
    private long offset;

    @Override
    public synchronized void set(BinlogOffset newOffset) {
      filenum = newOffset.filenum();
      offset = newOffset.offset();
    }

    @Override
    public synchronized BinlogOffset get() {
      return new BinlogOffset(filenum, offset);
    }
  }
}
