package io.pikareplica.server;

import io.pikareplica.server.resp.RespLimits;
import io.pikareplica.storage.CommandException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/** A client port on loopback over {@link FakeReplication}, with settings in a map. */
final class TestServer implements AutoCloseable {
  final FakeReplication replication;
  final ServerStats stats = new ServerStats();
  final CountDownLatch shutdown = new CountDownLatch(1);
  final List<String> events = new ArrayList<>();
  private final RespServer server;
  private volatile ServerSettings settings = ServerSettings.DEFAULT;

  TestServer(Path folder) throws IOException {
    this(folder, ServerSettings.DEFAULT, new RespLimits(64 << 20, 128 << 20, 1 << 20, 65536));
  }

  TestServer(Path folder, ServerSettings settings, RespLimits limits) throws IOException {
    this.settings = settings;
    replication = new FakeReplication(folder, 2);
    server =
        RespServer.start(
            new RespConfig(List.of("127.0.0.1"), 0, 2, limits),
            new RespServer.Backend(
                replication,
                sections -> "# Replication\r\nrole:" + role() + "\r\nsections:" + sections + "\r\n",
                new MapSettings(),
                () -> this.settings,
                stats,
                shutdown::countDown));
  }

  private String role() {
    return replication.isReplica() ? "slave" : "master";
  }

  int port() {
    return server.port();
  }

  void settings(ServerSettings changed) {
    settings = changed;
  }

  Settings config() {
    return new MapSettings();
  }

  RawClient connect() throws IOException {
    return new RawClient(port());
  }

  @Override
  public void close() {
    server.close();
    replication.close();
  }

  private final class MapSettings implements Settings {
    private final Map<String, String> values = new TreeMap<>(Map.of("maxclients", "20000"));

    @Override
    public synchronized List<Map.Entry<String, String>> get(List<String> globs) {
      return values.entrySet().stream()
          .filter(entry -> globs.contains("*") || globs.contains(entry.getKey()))
          .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
          .toList();
    }

    @Override
    public synchronized void set(Map<String, String> changed) throws CommandException {
      if (!values.keySet().containsAll(changed.keySet())) {
        throw new CommandException("ERR Unknown option or number of arguments for CONFIG SET");
      }
      values.putAll(changed);
    }

    @Override
    public synchronized void rewrite() {
      events.add("rewrite as " + role());
    }
  }
}
