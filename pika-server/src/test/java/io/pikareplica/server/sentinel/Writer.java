package io.pikareplica.server.sentinel;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A client that writes a key ten times a second to one node, and stays with it. */
final class Writer implements AutoCloseable {
  private static final long EVERY_MS = 100;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Jedis client;
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  private Writer(Jedis client) {
    this.client = client;
  }

  static Writer start(TestNode node, String name) {
    Writer writer = new Writer(node.connect());
    var unused =
        writer.timer.scheduleAtFixedRate(
            () -> writer.write(name), 0, EVERY_MS, TimeUnit.MILLISECONDS);
    return writer;
  }

  private void write(String name) {
    try {
      client.set(name + ":" + written.get(), "value");
      written.incrementAndGet();
    } catch (JedisException e) {
      failed.incrementAndGet();
    }
  }

  /** How many writes were answered with OK. */
  int written() {
    return written.get();
  }

  int failed() {
    return failed.get();
  }

  @Override
  public void close() {
    timer.shutdown();
    try {
      timer.awaitTermination(20, TimeUnit.SECONDS);
      client.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (JedisException e) {
      // it was cut off
    }
  }
}
