package io.pikareplica.server;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** All clients that are connected. Any thread. */
final class Clients {
  private final ConcurrentSkipListMap<Long, ClientConnection> byId = new ConcurrentSkipListMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger monitors = new AtomicInteger();
  private final AtomicLong lastId = new AtomicLong();

  long nextId() {
    return lastId.incrementAndGet();
  }

  /** Takes a place; false when all are taken. Whoever got one gives it back. */
  boolean enter(int maxClients) {
    if (count.incrementAndGet() <= maxClients) {
      return true;
    }
    count.decrementAndGet();
    return false;
  }

  void leave() {
    count.decrementAndGet();
  }

  void add(ClientConnection client) {
    byId.put(client.id(), client);
  }

  void remove(ClientConnection client) {
    byId.remove(client.id());
  }

  /** In the order in which they came; without those that were cut off. */
  List<ClientConnection> all() {
    return byId.values().stream().filter(client -> !client.isKilled()).toList();
  }

  Optional<ClientConnection> find(long id) {
    return Optional.ofNullable(byId.get(id));
  }

  void monitors(int change) {
    monitors.addAndGet(change);
  }

  boolean hasMonitors() {
    return monitors.get() > 0;
  }

  /**
   * Cuts off clients that said nothing and took nothing for long; subscribers and monitors need say
   * nothing. To be called once a second.
   */
  void closeIdle(int timeoutSeconds) {
    for (ClientConnection client : byId.values()) {
      if (client.tookSomething()) {
        client.active();
      } else if (client.idleSeconds() > timeoutSeconds
          && client.subscriptions().isEmpty()
          && !client.isMonitor()) {
        client.kill();
      }
    }
  }
}
