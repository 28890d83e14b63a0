package io.pikareplica.server;

import io.pikareplica.repl.Seldom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all clients together cost: requests that are not answered, replies that are not taken, what
 * MULTI, WATCH and SUBSCRIBE keep. Where that would become more than {@code maxmemory-clients}, the
 * clients that take the most are cut off, as in Redis (networking.c, evictClients). Any thread.
 *
 * <p>Large steps are asked for before they are made; small ones are seen at the next {@link
 * #recount}. What one who was cut off held is counted until it is let go, a moment later: requests
 * wait for that, replies, which are there already, do not.
 */
final class ClientMemory {
  private static final Logger LOG = LoggerFactory.getLogger(ClientMemory.class);

  /** A change that is worth a word at once. */
  static final long LARGE_BYTES = 16 * 1024;

  private final Clients clients;
  private final LongSupplier limitBytes;
  private final ServerStats stats;
  private final AtomicLong total = new AtomicLong();
  private final Seldom lines = Seldom.inPeriod(10, 10_000);

  /**
   * @param limitBytes as it is at the moment of asking; 0: none
   */
  ClientMemory(Clients clients, LongSupplier limitBytes, ServerStats stats) {
    this.clients = clients;
    this.limitBytes = limitBytes;
    this.stats = stats;
  }

  /**
   * Asks for memory before it is allocated; others may be cut off for it. {@link #took} follows,
   * just before it is to be seen in {@link ClientConnection#memoryBytes} by itself.
   *
   * @return false when it was this client that had to go: then nothing is to be allocated
   */
  boolean mayTake(ClientConnection client, long bytes) {
    client.upcomingBytes().addAndGet(bytes);
    if (bytes >= LARGE_BYTES) {
      count(client);
      evictIfOver();
    }
    return !client.isKilled();
  }

  /** Whether there is more than there may be: until those who were cut off have let go. */
  boolean isFull() {
    long limit = limitBytes.getAsLong();
    return limit > 0 && total.get() > limit;
  }

  /** What was asked for is about to be held, or is not needed. */
  void took(ClientConnection client, long bytes) {
    client.upcomingBytes().addAndGet(-bytes);
  }

  /** A client holds more, or less, than it did. */
  void changed(ClientConnection client) {
    if (Math.abs(client.memoryBytes() - client.countedBytes().get()) >= LARGE_BYTES) {
      count(client);
      evictIfOver();
    }
  }

  /** Looks at every client. To be called several times a second. */
  void recount() {
    clients.all().forEach(this::count);
    evictIfOver();
    stats.clientBytes(total.get());
  }

  /** A client has gone, with all that it held. */
  void gone(ClientConnection client) {
    count(client, 0);
  }

  private void count(ClientConnection client) {
    count(client, client.memoryBytes());
  }

  private void count(ClientConnection client, long bytes) {
    total.addAndGet(bytes - client.countedBytes().getAndSet(bytes));
  }

  private void evictIfOver() {
    if (isFull()) {
      evict(limitBytes.getAsLong());
    }
  }

  private record Share(ClientConnection client, long bytes) {}

  private synchronized void evict(long limit) {
    List<Share> largestFirst = new ArrayList<>();
    long alive = 0;
    for (ClientConnection client : clients.all()) {
      count(client); // one that has shrunk is not to pay for it
      largestFirst.add(new Share(client, client.countedBytes().get()));
      alive += client.countedBytes().get();
    }
    largestFirst.sort(Comparator.comparingLong(Share::bytes).reversed());
    for (Share share : largestFirst) {
      if (alive <= limit) {
        return;
      }
      if (!share.client().isSpared() && share.client().kill()) {
        alive -= share.bytes();
        stats.evicted();
        tell(share, limit);
      }
    }
  }

  private void tell(Share share, long limit) {
    lines
        .next()
        .ifPresent(
            leftOut ->
                LOG.warn(
                    "client={} evicted: it takes {} bytes, all clients more than"
                        + " maxmemory-clients={} not_shown={}",
                    share.client().address(),
                    share.bytes(),
                    limit,
                    leftOut));
  }
}
