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
  private final LongAdder evicted = new LongAdder();
  private final LongAdder commands = new LongAdder();
  private final LongAdder netInput = new LongAdder();
  private final LongAdder netOutput = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder slow = new LongAdder();
  private final Map<String, Counter> byCommand = new ConcurrentHashMap<>();
  private final RateMeter rate = new RateMeter();
  private final RateMeter inputRate = new RateMeter();
  private final RateMeter outputRate = new RateMeter();
  private volatile long clientBytes;
  private volatile int channels;
  private volatile int patterns;

  /**
   * All counts at one moment. Bytes in {@code netInput}, {@code netOutput}.
   *
   * @param connected clients now
   * @param subscribers those of them that subscribe to something
   * @param channels that somebody subscribes to
   * @param patterns likewise
   * @param evicted clients that were cut off because all together took too much memory
   * @param clientBytes what all of them take now
   * @param opsPerSecond over the last seconds, as the two rates of bytes are
   * @param hits lookups of clients' reads that found a key
   * @param slow commands that took longer than the slow log's limit
   */
  public record Snapshot(
      long connected,
      long subscribers,
      int channels,
      int patterns,
      long connectionsReceived,
      long connectionsRejected,
      long evicted,
      long clientBytes,
      long commands,
      long opsPerSecond,
      long hits,
      long misses,
      long slow,
      long netInput,
      long netOutput,
      long inputPerSecond,
      long outputPerSecond,
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

  /** A client was cut off because all together took too much memory. */
  void evicted() {
    evicted.increment();
  }

  /** What all clients take now, in bytes. */
  void clientBytes(long bytes) {
    clientBytes = bytes;
  }

  void subscribers(int change) {
    subscribers.add(change);
  }

  /** How many channels and patterns somebody subscribes to now. */
  void listened(int channelCount, int patternCount) {
    channels = channelCount;
    patterns = patternCount;
  }

  /** How often reads have found the key that they looked for, and how often not. */
  void looked(int found, int missed) {
    hits.add(found);
    misses.add(missed);
  }

  void slowCommand() {
    slow.increment();
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
    inputRate.sample(netInput.sum(), nowNanos);
    outputRate.sample(netOutput.sum(), nowNanos);
  }

  /** CONFIG RESETSTAT: what is counted since the start counts from now; what is now, stays. */
  void reset() {
    connectionsReceived.reset();
    connectionsRejected.reset();
    evicted.reset();
    commands.reset();
    netInput.reset();
    netOutput.reset();
    hits.reset();
    misses.reset();
    byCommand.clear();
    rate.reset();
    inputRate.reset();
    outputRate.reset();
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
        channels,
        patterns,
        connectionsReceived.sum(),
        connectionsRejected.sum(),
        evicted.sum(),
        clientBytes,
        commands.sum(),
        rate.perSecond(),
        hits.sum(),
        misses.sum(),
        slow.sum(),
        netInput.sum(),
        netOutput.sum(),
        inputRate.perSecond(),
        outputRate.perSecond(),
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
