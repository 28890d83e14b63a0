package io.pikareplica.server;

import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.LinkState;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** SLAVEOF and what else concerns masters and replicas. */
final class ReplicationCommands {
  private static final int MAX_HOST_CHARS = 255;
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1");

  private ReplicationCommands() {}

  static List<ServerCommand> all() {
    return new ServerCommandList()
        .later("slaveof", -3, ReplicationCommands::slaveOf)
        .later("replicaof", -3, ReplicationCommands::slaveOf)
        .later("dbslaveof", -2, DbSlaveOf::run)
        .now("role", 1, call -> RoleReply.of(call.server().replication().status()))
        .later("wait", 3, WaitForReplicas::run)
        .now("readonly", 1, call -> Reply.OK)
        .now("readwrite", 1, call -> Reply.OK)
        .commands();
  }

  /**
   * A promotion that would fail is refused when MULTI queues it: Sentinel reads no reply, but EXEC
   * then runs nothing, and INFO goes on saying {@code role:slave}.
   */
  static Optional<Reply> refusalWhenQueued(ServerContext server, Args args) {
    if (!args.name().equals("slaveof") && !args.name().equals("replicaof")) {
      return Optional.empty();
    }
    String refusal = isNoOne(args) ? promotionRefusal(server, args) : "";
    return refusal.isEmpty() ? Optional.empty() : Optional.of(Reply.error(refusal));
  }

  private static boolean isNoOne(Args args) {
    return args.is(1, "no") && args.is(2, "one");
  }

  private static String promotionRefusal(ServerContext server, Args args) {
    boolean isForced = args.size() == 4 && args.is(3, "force");
    boolean isChecked = server.settings().get().refusesUnsafePromotion();
    if (isForced || !isChecked || !server.replication().isReplica()) {
      return "";
    }
    String reason = server.replication().promotionRefusal();
    return reason.isEmpty() ? "" : "ERR not eligible for promotion: " + reason;
  }

  private static CompletionStage<Reply> slaveOf(ServerCall call) throws CommandException {
    Args args = call.args();
    if (args.size() > 4 || (args.size() == 4 && !args.is(3, "force"))) {
      throw CommandException.arity(args.name());
    }
    return isNoOne(args) ? promote(call) : follow(call);
  }

  private static CompletionStage<Reply> promote(ServerCall call) throws CommandException {
    ServerContext server = call.server();
    if (!server.replication().isReplica()) {
      return CompletableFuture.completedFuture(Reply.OK);
    }
    String refusal = promotionRefusal(server, call.args());
    if (!refusal.isEmpty()) {
      throw new CommandException(refusal);
    }
    return changed(server, server.replication().slaveOfNoOne());
  }

  private static CompletionStage<Reply> follow(ServerCall call) throws CommandException {
    Args args = call.args();
    ServerContext server = call.server();
    HostPort master = address(args);
    boolean isForced = args.size() == 4;
    if (!isForced && follows(server.replication().status(), master)) {
      return CompletableFuture.completedFuture(
          new Reply.Status("OK Already connected to specified master"));
    }
    if (master.port() == server.port().getAsInt() && isThisNode(call, master.host())) {
      throw new CommandException("ERR The master ip:port and the slave ip:port are the same");
    }
    return changed(server, server.replication().slaveOf(master, isForced));
  }

  /**
   * Whether there is nothing to do. While it is being promoted a node still shows its master, and
   * then another SLAVEOF counts, even to the same one; where the link is in error, it tries again.
   */
  private static boolean follows(ReplicationStatus status, HostPort wanted) {
    return status
        .master()
        .filter(master -> master.address().equals(wanted))
        .filter(
            master -> master.state() != LinkState.NO_CONNECT && master.state() != LinkState.ERROR)
        .isPresent();
  }

  private static CompletionStage<Reply> changed(
      ServerContext server, CompletionStage<Void> change) {
    server.watchedKeys().roleChanged();
    return change.thenApply(
        done -> {
          server.watchedKeys().roleChanged();
          return Reply.OK;
        });
  }

  private static HostPort address(Args args) throws CommandException {
    long port;
    try {
      port = args.int64(2);
    } catch (CommandException e) {
      port = -1;
    }
    if (port < 1 || port > 65535) {
      throw new CommandException("ERR Invalid master port");
    }
    String host = args.text(1);
    // it goes into the configuration file and into INFO, as it stands
    boolean isClean =
        !host.isEmpty()
            && host.length() <= MAX_HOST_CHARS
            && host.chars().allMatch(c -> c > ' ' && c < 127 && c != '"' && c != '#');
    if (!isClean) {
      throw new CommandException("ERR Invalid master host");
    }
    return new HostPort(host, (int) port);
  }

  /** By the addresses that are known without asking anybody. */
  private static boolean isThisNode(ServerCall call, String host) {
    String local = call.client().localAddress();
    return LOOPBACK.contains(Dispatcher.lower(host))
        || local.equals(host + ":" + call.server().port().getAsInt())
        || local.equals("[" + host + "]:" + call.server().port().getAsInt())
        || host.equals(call.server().replication().settings().announceHost());
  }
}
