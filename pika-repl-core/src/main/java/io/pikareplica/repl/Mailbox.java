package io.pikareplica.repl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for one DB's worker, in order. Many threads put, the worker takes; putting never
 * waits. The bound is on bytes and items: what comes from a master is taken even beyond it, and its
 * sender told to stop; what comes from a client is refused.
 */
final class Mailbox {
  private final long maxBytes;
  private final long maxItems;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notEmpty = lock.newCondition();
  private final ArrayDeque<WorkerTask> tasks = new ArrayDeque<>();
  private long bytes;
  private long items;
  private boolean saidStop;
  private boolean isClosed;

  Mailbox(long maxBytes, long maxItems) {
    this.maxBytes = maxBytes;
    this.maxItems = maxItems;
  }

  /** How a task was received. */
  enum Put {
    TAKEN,
    /** Taken, but nothing more should come until {@link #takeRoomSignal}. */
    TAKEN_STOP,
    /** Not taken: over the bound. */
    FULL,
    /** Not taken: the worker takes nothing any more. */
    CLOSED
  }

  /** Puts a task, whatever waits already. */
  Put put(WorkerTask task) {
    return put(task, false);
  }

  /** Puts a task unless the bound is reached. */
  Put putIfRoom(WorkerTask task) {
    return put(task, true);
  }

  private Put put(WorkerTask task, boolean onlyIfRoom) {
    lock.lock();
    try {
      if (isClosed) {
        return Put.CLOSED;
      }
      if (onlyIfRoom && isFull()) {
        return Put.FULL;
      }
      tasks.addLast(task);
      bytes += task.sizeBytes();
      items += task.count();
      notEmpty.signal();
      if (!onlyIfRoom && isFull()) {
        saidStop = true;
      }
      return saidStop ? Put.TAKEN_STOP : Put.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    return bytes > maxBytes || items > maxItems;
  }

  /**
   * Takes the next tasks of one kind, in order: at least one, more while they stay within the
   * bounds of a group. Control tasks come one at a time.
   *
   * @return empty when nothing came in time
   */
  List<WorkerTask> take(long timeoutMs, long groupBytes, int groupItems)
      throws InterruptedException {
    lock.lock();
    try {
      long leftNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
      while (tasks.isEmpty()) {
        if (leftNanos <= 0 || isClosed) {
          return List.of();
        }
        leftNanos = notEmpty.awaitNanos(leftNanos);
      }
      return takeGroup(groupBytes, groupItems);
    } finally {
      lock.unlock();
    }
  }

  private List<WorkerTask> takeGroup(long groupBytes, int groupItems) {
    List<WorkerTask> group = new ArrayList<>();
    WorkerTask.Kind kind = tasks.getFirst().kind();
    long sumBytes = 0;
    long sumItems = 0;
    do {
      WorkerTask task = tasks.removeFirst();
      group.add(task);
      sumBytes += task.sizeBytes();
      sumItems += task.count();
    } while (kind != WorkerTask.Kind.CONTROL
        && !tasks.isEmpty()
        && tasks.getFirst().kind() == kind
        && sumBytes + tasks.getFirst().sizeBytes() <= groupBytes
        && sumItems + tasks.getFirst().count() <= groupItems);
    bytes -= sumBytes;
    items -= sumItems;
    return group;
  }

  /** Whether a sender that was told to stop may go on; true once for each time. Worker only. */
  boolean takeRoomSignal() {
    lock.lock();
    try {
      if (saidStop && bytes <= maxBytes / 2 && items <= maxItems / 2) {
        saidStop = false;
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Takes nothing more; what waits is still there to be taken. */
  void close() {
    lock.lock();
    try {
      isClosed = true;
      notEmpty.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing waits. Any thread. */
  boolean isEmpty() {
    lock.lock();
    try {
      return tasks.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Closed, and nothing waits any more. */
  boolean isDone() {
    lock.lock();
    try {
      return isClosed && tasks.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  long waitingBytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }
}
