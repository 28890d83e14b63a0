package io.pikareplica.repl;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Time and chance of a simulation: what is to happen, in the order in which it happens. */
final class SimScheduler {
  private record Event(long atMs, long order, BooleanSupplier isWanted, Runnable body)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atMs, other.atMs);
      return byTime == 0 ? Long.compare(order, other.order) : byTime;
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final SplittableRandom random;
  private long nowMs;
  private long order;

  SimScheduler(long seed) {
    random = new SplittableRandom(seed);
  }

  SplittableRandom random() {
    return random;
  }

  boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  long nowMs() {
    return nowMs;
  }

  /**
   * Has something happen later.
   *
   * @param isWanted asked then: whether it is to happen at all
   */
  void after(long delayMs, BooleanSupplier isWanted, Runnable body) {
    events.add(new Event(nowMs + delayMs, order++, isWanted, body));
  }

  /** Goes on to the next event, and lets it happen. */
  void step() {
    Event event = events.remove();
    nowMs = event.atMs();
    if (event.isWanted().getAsBoolean()) {
      event.body().run();
    }
  }

  /** A thread with its queue: one task after the other, each a little later. */
  final class Actor implements Executor {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final BooleanSupplier isAlive;
    private final Consumer<Runnable> runner;

    /**
     * @param runner what each task is run by
     */
    Actor(BooleanSupplier isAlive, Consumer<Runnable> runner) {
      this.isAlive = isAlive;
      this.runner = runner;
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
      if (tasks.size() == 1) {
        after(pauseMs(), isAlive, this::run);
      }
    }

    private void run() {
      if (tasks.isEmpty()) {
        return;
      }
      runner.accept(tasks.peek());
      tasks.poll();
      if (!tasks.isEmpty()) {
        after(pauseMs(), isAlive, this::run);
      }
    }

    /** Runs what is there at once. */
    void finish() {
      while (!tasks.isEmpty()) {
        tasks.poll().run();
      }
    }

    private long pauseMs() {
      return chance(200) ? random.nextInt(1_000) : random.nextInt(3);
    }
  }
}
