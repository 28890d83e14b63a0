package io.pikareplica.server.sentinel;

import io.pikareplica.repl.HostPort;
import io.pikareplica.server.RawClient;
import io.pikareplica.server.live.ChildProcess;
import io.pikareplica.server.live.Polling;
import io.pikareplica.server.live.ProcFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A node of a scenario: a process with a folder, an address and a configuration file of its own.
 * What is set before the first start goes into that file; afterwards only the node changes it.
 */
abstract class TestNode implements AutoCloseable {
  private static final int CLIENT_TIMEOUT_MS = 20_000;

  /** Starts cost CPU time; many at once would make Sentinels believe that the clock jumps. */
  private static final Semaphore STARTS = new Semaphore(2);

  private final String name;
  private final HostPort listening;
  private final Path folder;
  private final String password;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private HostPort address;
  private Optional<ChildProcess> process = Optional.empty();

  TestNode(String name, HostPort listening, Path folder, String password) {
    this.name = name;
    this.listening = listening;
    this.folder = folder;
    this.password = password;
    address = listening;
    set("replica-announce-ip", listening.host());
    if (!password.isEmpty()) {
      set("requirepass", password);
      set("masterauth", password);
    }
  }

  /** The configuration file's text. */
  abstract String conf(Map<String, String> settings);

  abstract ChildProcess launch(Path folder, Path conf, Path output) throws IOException;

  /** A name and a value as {@code SLAVEOF} of the configuration file has them. */
  abstract void follow(HostPort master);

  /** Cuts the link to whatever master this node follows, and nothing else; with a reset. */
  abstract void cutLink() throws IOException;

  /** Lets it connect to its master again. */
  abstract void healLink();

  final TestNode set(String key, String value) {
    settings.put(key, value);
    return this;
  }

  final TestNode follow(TestNode master) {
    follow(master.address());
    return this;
  }

  /** Makes others reach it under another address than its own. */
  final TestNode announce(HostPort other) {
    address = other;
    set("replica-announce-ip", other.host());
    return set("replica-announce-port", Integer.toString(other.port()));
  }

  /** Starts it, for the first time or again after {@link #kill}, and waits until it answers. */
  final TestNode start() throws IOException, InterruptedException {
    Path conf = folder.resolve(name + ".conf");
    if (!Files.exists(conf)) {
      Files.createDirectories(folder);
      Files.writeString(conf, conf(settings));
    }
    STARTS.acquire();
    try {
      process = Optional.of(launch(folder, conf, folder.resolve(name + ".out")));
      Polling.until(name + " answers", this::answers);
    } finally {
      STARTS.release();
    }
    return this;
  }

  private boolean answers() {
    try (Jedis jedis = connect()) {
      return jedis.ping().equals("PONG");
    } catch (JedisException e) {
      return false;
    }
  }

  /** SIGKILL. */
  final void kill() {
    process.ifPresent(ChildProcess::close);
  }

  /** SIGSTOP: from now on it does nothing, and its connections stay open. */
  final void pause() throws IOException, InterruptedException {
    signal("STOP");
    Polling.until(this + " stands still", () -> ProcFiles.isStopped(pid()));
  }

  /** SIGCONT. */
  final void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start().waitFor();
    if (exit != 0) {
      throw new IOException("kill -" + signal + " " + pid() + " ended with " + exit);
    }
  }

  /** A client that is connected to the node itself; the caller closes it. */
  final Jedis connect() {
    return new Jedis(new HostAndPort(listening.host(), listening.port()), clientConfig());
  }

  /** Likewise, for commands that a client library lacks. */
  final Connection rawConnect() {
    return new Connection(new HostAndPort(listening.host(), listening.port()), clientConfig());
  }

  /** A client that sees replies as they stand on the wire, and has given its password. */
  final RawClient talk() throws IOException {
    RawClient client = talkUnknown();
    if (!password.isEmpty() && !client.ask("AUTH", password).equals("+OK")) {
      throw new IOException(name + " refuses its password");
    }
    return client;
  }

  /** Likewise, without the password. */
  final RawClient talkUnknown() throws IOException {
    return new RawClient(InetAddress.getByName(listening.host()), listening.port());
  }

  private JedisClientConfig clientConfig() {
    return DefaultJedisClientConfig.builder()
        .timeoutMillis(CLIENT_TIMEOUT_MS)
        .password(password.isEmpty() ? null : password)
        .build();
  }

  /** INFO of a section by name; of names that stand twice, the first. */
  final Map<String, String> info(String section) {
    Map<String, String> lines = new HashMap<>();
    for (String line : infoLines(section)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        lines.putIfAbsent(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    return lines;
  }

  final List<String> infoLines(String section) {
    try (Jedis jedis = connect()) {
      return jedis.info(section).lines().toList();
    }
  }

  final String replication(String line) {
    return info("replication").getOrDefault(line, "");
  }

  /** Applied, in the master's coordinates; on a master the end of its history. */
  final long offset() {
    Map<String, String> info = info("replication");
    // Pika has only the latter
    return Long.parseLong(info.getOrDefault("master_repl_offset", info.get("slave_repl_offset")));
  }

  final String runId() {
    return info("server").get("run_id");
  }

  final void config(String key, String value) {
    try (Jedis jedis = connect()) {
      jedis.configSet(key, value);
    }
  }

  final String name() {
    return name;
  }

  /** Where others reach it, and under which Sentinels know it. */
  final HostPort address() {
    return address;
  }

  /** Where it listens. */
  final HostPort listening() {
    return listening;
  }

  final long pid() {
    return process.orElseThrow().pid();
  }

  final Path confFile() {
    return folder.resolve(name + ".conf");
  }

  final String password() {
    return password;
  }

  /** Everything it has printed since the first start. */
  final String output() {
    return process.map(ChildProcess::output).orElse("");
  }

  @Override
  public void close() {
    kill();
  }

  @Override
  public final String toString() {
    return name;
  }
}
