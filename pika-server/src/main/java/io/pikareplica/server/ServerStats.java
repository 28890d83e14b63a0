package io.pikareplica.server;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what the client port does. Any thread. */
public final class ServerStats {
  private final LongAdder connected = new LongAdder();
  private final LongAdder subscribers = new LongAdder();
  private final LongAdder connectionsReceived = new LongAdder();
  private final LongAdder connectionsRejected = new LongAdder();
  private final LongAdder commands = new LongAdder();
  private final LongAdder netInput = new LongAdder();
  private final LongAdder netOutput = new LongAdder();
  private final Map<String, Counter> byCommand = new ConcurrentHashMap<>();
  private final RateMeter rate = new RateMeter();

  /**
   * All counts at one moment. Bytes in {@code netInput}, {@code netOutput}.
   *
   * @param connected clients now
   * @param subscribers those of them that subscribe to something
   * @param opsPerSecond over the last seconds
   */
  public record Snapshot(
      long connected,
      long subscribers,
      long connectionsReceived,
      long connectionsRejected,
      long commands,
      long opsPerSecond,
      long netInput,
      long netOutput,
      List<CommandCount> byCommand) {}

  /**
   * One command that has been called.
   *
   * @param calls those that ran
   * @param micros from the start of the call to its reply
   * @param rejected refused before they ran
   * @param failed ran and answered an error
   */
  public record CommandCount(String name, long calls, long micros, long rejected, long failed) {}

  /** The counters of one command. */
  static final class Counter {
    private final LongAdder calls = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder failed = new LongAdder();
  }

  /** The counter of a command that exists: the set of names is bounded by the tables. */
  private Counter counter(String command) {
    Counter found = byCommand.get(command);
    return found == null ? byCommand.computeIfAbsent(command, name -> new Counter()) : found;
  }

  void ran(String command, long elapsedNanos, boolean hasFailed) {
    Counter counter = counter(command);
    counter.calls.increment();
    counter.nanos.add(elapsedNanos);
    if (hasFailed) {
      counter.failed.increment();
    }
    commands.increment();
  }

  void rejected(String command) {
    counter(command).rejected.increment();
  }

  void connectionReceived() {
    connectionsReceived.increment();
    connected.increment();
  }

  void connectionClosed() {
    connected.decrement();
  }

  void connectionRejected() {
    connectionsReceived.increment();
    connectionsRejected.increment();
  }

  void subscribers(int change) {
    subscribers.add(change);
  }

  void received(long bytes) {
    netInput.add(bytes);
  }

  void sent(long bytes) {
    netOutput.add(bytes);
  }

  /** Called about once in 100 ms. */
  void sampleRate(long nowNanos) {
    rate.sample(commands.sum(), nowNanos);
  }

  /** CONFIG RESETSTAT: what is counted since the start counts from now; what is now, stays. */
  void reset() {
    connectionsReceived.reset();
    connectionsRejected.reset();
    commands.reset();
    netInput.reset();
    netOutput.reset();
    byCommand.clear();
    rate.reset();
  }

  public Snapshot snapshot() {
    List<CommandCount> counts =
        byCommand.entrySet().stream()
            .map(entry -> count(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparing(CommandCount::name))
            .toList();
    return new Snapshot(
        connected.sum(),
        subscribers.sum(),
        connectionsReceived.sum(),
        connectionsRejected.sum(),
        commands.sum(),
        rate.perSecond(),
        netInput.sum(),
        netOutput.sum(),
        counts);
  }

  private static CommandCount count(String name, Counter counter) {
    return new CommandCount(
        name,
        counter.calls.sum(),
        counter.nanos.sum() / 1000,
        counter.rejected.sum(),
        counter.failed.sum());
  }
}
