package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pikareplica.server.resp.RespLimits;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandTable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The whole port without a socket: clients are embedded channels, run by the test's thread. */
final class CommandFixture implements AutoCloseable {
  static final int PORT = 9221;

  final FakeReplication replication;
  final ServerStats stats = new ServerStats();
  final CountDownLatch shutdown = new CountDownLatch(1);
  final List<String> events = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  final ServerContext context;
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
  private final Map<String, String> config = new TreeMap<>(Map.of("maxclients", "20000"));
  private volatile ServerSettings settings = ServerSettings.DEFAULT;

  CommandFixture(Path folder) {
    Clients connected = new Clients();
    replication = new FakeReplication(folder, 2);
    WatchedKeys watchedKeys = new WatchedKeys(replication);
    context =
        new ServerContext(
            replication,
            new KnownCommands(CommandTable.instance().all()),
            new DataRunner(replication, watchedKeys, stats, timer),
            watchedKeys,
            connected,
            new ClientMemory(connected, () -> settings.clientsBytes(), stats),
            new CrossProtocol(),
            new PubSub(),
            stats,
            new SlowLog(),
            sections -> "info " + sections,
            new MapSettings(),
            () -> settings,
            new RespLimits(1 << 20, 1 << 21, 1 << 20, 65536),
            timer,
            timer,
            shutdown::countDown,
            () -> PORT);
  }

  void settings(ServerSettings changed) {
    settings = changed;
  }

  Client client() {
    Client client = new Client();
    clients.add(client);
    return client;
  }

  @Override
  public void close() {
    clients.forEach(Client::discard);
    timer.shutdownNow();
    replication.close();
  }

  /** One client. What it sends is handled before {@link #send} returns, as far as nothing waits. */
  final class Client {
    private final EmbeddedChannel channel =
        new EmbeddedChannel(new ConnectionHandler(context, new Dispatcher(context)));
    private final ByteBuf received = Unpooled.buffer();

    Client send(String text) {
      channel.writeInbound(Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1)));
      return this;
    }

    String ask(String... words) throws IOException {
      return send(RawClient.request(words)).reply();
    }

    /** A line of words divided by blanks. */
    String say(String line) throws IOException {
      return ask(line.split(" "));
    }

    String reply() throws IOException {
      long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (true) {
        collect();
        int start = received.readerIndex();
        try (ByteBufInputStream in = new ByteBufInputStream(received)) {
          return ReplyText.read(in);
        } catch (EOFException e) {
          received.readerIndex(start);
          if (!channel.isOpen() || System.nanoTime() > deadline) {
            throw e;
          }
          Thread.onSpinWait();
        }
      }
    }

    /** Whether there is nothing that it was sent and has not read. */
    boolean isQuiet() {
      collect();
      return !received.isReadable();
    }

    boolean isOpen() {
      channel.runPendingTasks();
      return channel.isOpen();
    }

    void close() {
      channel.close().syncUninterruptibly();
    }

    private void discard() {
      channel.finishAndReleaseAll();
      received.release();
    }

    private void collect() {
      channel.runPendingTasks();
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        received.writeBytes(out);
        out.release();
      }
    }
  }

  private final class MapSettings implements Settings {
    @Override
    public List<Map.Entry<String, String>> get(List<String> globs) {
      return config.entrySet().stream()
          .filter(entry -> globs.contains("*") || globs.contains(entry.getKey()))
          .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
          .toList();
    }

    @Override
    public void set(Map<String, String> changed) throws CommandException {
      if (!config.keySet().containsAll(changed.keySet())) {
        throw new CommandException("ERR Unknown option or number of arguments for CONFIG SET");
      }
      config.putAll(changed);
    }

    @Override
    public void rewrite() {
      events.add("rewrite as " + (replication.isReplica() ? "slave" : "master"));
    }
  }
}
