package io.pikareplica.server.sentinel;

import io.pikareplica.server.RawClient;
import io.pikareplica.server.live.Polling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A client that asks for the role a thousand times a second and comes back when it is cut off. */
final class RolePoller implements AutoCloseable {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final TestNode node;
  private final List<String> roles = new CopyOnWriteArrayList<>();
  private final List<String> afterReconnecting = new CopyOnWriteArrayList<>();
  private final AtomicLong answers = new AtomicLong();
  private RawClient client;
  private boolean isNew;

  private RolePoller(TestNode node) throws IOException {
    this.node = node;
    client = node.talk();
  }

  static RolePoller start(TestNode node) throws IOException {
    RolePoller poller = new RolePoller(node);
    var unused = poller.timer.scheduleAtFixedRate(poller::ask, 0, 1, TimeUnit.MILLISECONDS);
    return poller;
  }

  private void ask() {
    try {
      if (client == null) {
        client = node.talk();
        isNew = true;
      }
      note(client.ask("INFO", "replication"));
    } catch (IOException e) {
      client = null; // cut off
    }
  }

  private void note(String info) {
    String role = info.contains("role:master") ? "master" : "slave";
    if (isNew) {
      afterReconnecting.add(role);
      isNew = false;
    }
    if (roles.isEmpty() || !roles.get(roles.size() - 1).equals(role)) {
      roles.add(role);
    }
    answers.incrementAndGet();
  }

  /** Waits for so many answers from now on. */
  void awaitAnswers(int count) {
    long until = answers.get() + count;
    Polling.until(count + " answers", () -> answers.get() >= until);
  }

  /** The roles seen, each once until it changed. */
  List<String> roles() {
    return new ArrayList<>(roles);
  }

  /** The first one seen on each connection after the first. */
  List<String> rolesAfterReconnecting() {
    return new ArrayList<>(afterReconnecting);
  }

  @Override
  public void close() throws IOException {
    timer.shutdown();
    try {
      timer.awaitTermination(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (client != null) {
      client.close();
    }
  }
}
