package io.pikareplica.server.live;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.server.live.CountedCommands.Counted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A client that writes to one DB without a pause, and the model of what that DB must hold. When its
 * server is killed it waits for it, and finds out how much of what was not answered was done: it
 * must be the beginning of it, and all that was answered. A thread of its own; the other methods
 * belong to the test.
 */
final class Traffic implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int BATCH = 40;
  private static final long BATCH_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  private final int db;
  private final CountedCommands commands;
  private final ModelDb model = new ModelDb();
  private final AtomicLong atOnce = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final Thread thread;

  /** Held for each batch, until it is settled. */
  private final ReentrantLock turn = new ReentrantLock(true);

  private volatile int port;
  private volatile boolean isClosed;
  private volatile Throwable failure;
  private Connection connection;

  Traffic(int port, int db, long seed, boolean flushes) {
    this.port = port;
    this.db = db;
    commands = new CountedCommands(seed, flushes);
    thread = new Thread(this::run, "traffic-db" + db);
    thread.start();
  }

  /** Sends so many commands as fast as it can, and returns when they are answered. */
  void burst(int count) {
    atOnce.addAndGet(count);
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> atOnce.get() <= 0 || failure != null);
    check();
  }

  /** Waits until everything sent is answered; nothing is sent before {@link #resume}. */
  void pause() {
    turn.lock();
    check();
  }

  void resume() {
    turn.unlock();
  }

  /** Another server, which holds the same. While paused. */
  void follow(int newPort) {
    port = newPort;
    disconnect();
  }

  /** What the server must hold. While paused. */
  ServerDump expected() {
    return model.dump();
  }

  long commandsSent() {
    return sent.get();
  }

  /** Fails when the server has refused a command, or lost or doubled something itself. */
  void check() {
    if (failure != null) {
      throw new AssertionError("traffic to db" + db + " broke off: " + failure, failure);
    }
  }

  private void run() {
    long dueNanos = System.nanoTime();
    while (!isClosed && failure == null) {
      turn.lock();
      try {
        batch();
      } catch (RuntimeException | AssertionError e) {
        failure = isClosed ? null : e;
      } finally {
        turn.unlock();
      }
      if (atOnce.addAndGet(-BATCH) > 0) {
        dueNanos = System.nanoTime();
      } else {
        atOnce.set(0);
        dueNanos = Math.max(dueNanos + BATCH_EVERY_NANOS, System.nanoTime());
        LockSupport.parkNanos(dueNanos - System.nanoTime());
      }
    }
  }

  private void batch() {
    List<Counted> batch = new ArrayList<>();
    for (int i = 0; i < BATCH; i++) {
      batch.add(commands.next());
    }
    int answered = 0;
    try {
      connect();
      for (Counted command : batch) {
        command.words().forEach(this::send);
      }
      for (; answered < BATCH; answered++) {
        Counted command = batch.get(answered);
        for (int i = 0; i < command.words().size(); i++) {
          refuseErrors(connection.getOne());
        }
        command.changes().forEach(change -> change.accept(model));
      }
    } catch (JedisConnectionException e) {
      disconnect();
      settle(batch.subList(answered, BATCH));
    }
    sent.addAndGet(BATCH);
  }

  /** Of a single command they are thrown already; of a transaction they stand in its reply. */
  private static void refuseErrors(Object reply) {
    if (reply instanceof List<?> results) {
      results.forEach(Traffic::refuseErrors);
    } else if (reply instanceof JedisDataException error) {
      throw error;
    }
  }

  private void connect() {
    if (connection == null) {
      connection = new Connection(new HostAndPort("127.0.0.1", port));
      connection.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
      connection.select(db);
    }
  }

  private void disconnect() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }

  private void send(List<String> words) {
    byte[][] arguments = new byte[words.size() - 1][];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = words.get(i + 1).getBytes(ISO_8859_1);
    }
    connection.sendCommand(Command.valueOf(words.get(0)), arguments);
  }

  /** Brings the model to where the server is, item by item, and fails when it is nowhere there. */
  private void settle(List<Counted> unanswered) {
    ServerDump actual = dumpOnceThere();
    Set<String> keys = new HashSet<>();
    List<Consumer<ModelDb>> changes = new ArrayList<>();
    for (Counted command : unanswered) {
      keys.addAll(command.keys());
      if (command.keys().isEmpty()) {
        keys.addAll(model.keys());
      }
      changes.addAll(command.changes());
    }
    int done = 0;
    Set<String> different = different(keys, actual);
    while (!different.isEmpty() && done < changes.size()) {
      changes.get(done++).accept(model);
      different = different(keys, actual);
    }
    if (!different.isEmpty()) {
      throw new AssertionError(
          "the server holds something else than was acknowledged: "
              + actual.differencesFrom(model.dump()));
    }
  }

  private ServerDump dumpOnceThere() {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsInstanceOf(JedisException.class)
        .until(() -> isClosed ? model.dump() : ServerDump.of(port, db), dump -> true);
  }

  private Set<String> different(Set<String> keys, ServerDump actual) {
    Set<String> different = new HashSet<>();
    for (String key : keys) {
      if (!model
          .entry(key)
          .equals(Optional.ofNullable(actual.entries().get(key)).map(Traffic::bare))) {
        different.add(key);
        break; // one is enough to go on
      }
    }
    return different;
  }

  private static ServerDump.Entry bare(ServerDump.Entry entry) {
    return new ServerDump.Entry(entry.type(), entry.value(), 0);
  }

  @Override
  public void close() {
    isClosed = true;
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    disconnect();
  }
}
