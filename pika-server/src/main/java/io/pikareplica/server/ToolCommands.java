package io.pikareplica.server;

import static io.pikareplica.server.ServerCommand.Trait.NOT_IN_MULTI;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Commands that tools and operators send. */
final class ToolCommands {
  private static final long START_SECONDS =
      TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis());
  private static final int SLOWLOG_DEFAULT = 10;
  private static final List<String> CLUSTER =
      List.of(
          "addslots",
          "count-failure-reports",
          "countkeysinslot",
          "delslots",
          "failover",
          "getkeysinslot",
          "info",
          "keyslot",
          "links",
          "meet",
          "myid",
          "nodes",
          "replicas",
          "reset",
          "shards",
          "slaves",
          "slots");
  private static final long MAX_SLEEP_MS = 3_600_000;

  private ToolCommands() {}

  static List<ServerCommand> all() {
    Subcommands latency =
        new Subcommands("latency")
            .now("latest", 2, call -> Reply.EMPTY_ARRAY)
            .now("history", 3, call -> Reply.EMPTY_ARRAY)
            .now("reset", -2, call -> Reply.ZERO)
            .now("histogram", -2, call -> new Reply.Map(List.of()));
    Subcommands acl =
        new Subcommands("acl")
            .now("whoami", 2, call -> Reply.bulk("default"))
            .now("users", 2, call -> Reply.array(List.of(Reply.bulk("default"))))
            .now("list", 2, call -> Reply.array(List.of(Reply.bulk(aclLine(call)))));
    Subcommands slowLog =
        new Subcommands("slowlog")
            .now("get", -2, ToolCommands::slowLogGet)
            .now("len", 2, call -> Reply.of(call.server().slowLog().size()))
            .now("reset", 2, ToolCommands::slowLogReset);
    return new ServerCommandList()
        .now("time", 1, ToolCommands::time)
        .now("lastsave", 1, call -> Reply.of(START_SECONDS))
        .later("slowlog", -2, slowLog)
        .later("latency", -2, latency)
        .later("acl", -2, acl)
        .later("module", -2, new Subcommands("module").now("list", 2, call -> Reply.EMPTY_ARRAY))
        .later("debug", -2, ToolCommands::debug)
        .later("object", -2, ObjectCommands.object())
        .later("memory", -2, ObjectCommands.memory())
        .later("cluster", -2, cluster())
        .now("monitor", 1, ToolCommands::monitor, NOT_IN_MULTI)
        .now("shutdown", -1, ToolCommands::shutdown, NOT_IN_MULTI)
        .commands();
  }

  private static Reply time(ServerCall call) {
    long now = System.currentTimeMillis();
    return Reply.array(
        List.of(
            Reply.bulk(Long.toString(now / 1000)), Reply.bulk(Long.toString(now % 1000 * 1000))));
  }

  private static String aclLine(ServerCall call) {
    boolean isOpen = call.server().settings().get().requirePass().isEmpty();
    return "user default on " + (isOpen ? "nopass " : "") + "~* &* +@all";
  }

  private static Reply slowLogGet(ServerCall call) throws CommandException {
    Args args = call.args();
    if (args.size() > 3) {
      throw Subcommands.wrongWords("slowlog", args.text(1));
    }
    int count = args.size() == 3 ? count(args) : SLOWLOG_DEFAULT;
    List<SlowLog.Entry> entries =
        call.server().slowLog().newest(count == -1 ? Integer.MAX_VALUE : count);
    return Reply.array(entries.stream().map(ToolCommands::slowLogEntry).toList());
  }

  private static int count(Args args) throws CommandException {
    int count;
    try {
      count = args.int32(2);
    } catch (CommandException e) {
      count = Integer.MIN_VALUE;
    }
    if (count < -1) {
      throw new CommandException("ERR count should be greater than or equal to -1");
    }
    return count;
  }

  private static Reply slowLogEntry(SlowLog.Entry entry) {
    return Reply.array(
        List.of(
            Reply.of(entry.id()),
            Reply.of(entry.unixSeconds()),
            Reply.of(entry.micros()),
            Reply.bulks(entry.words()),
            Reply.bulk(entry.client()),
            Replies.latin1(entry.name())));
  }

  private static Reply slowLogReset(ServerCall call) {
    call.server().slowLog().clear();
    return Reply.OK;
  }

  private static Subcommands cluster() {
    Subcommands cluster = new Subcommands("cluster");
    for (String name : CLUSTER) {
      cluster.now(
          name,
          -2,
          call -> {
            throw new CommandException("ERR This instance has cluster support disabled");
          });
    }
    return cluster;
  }

  /** DEBUG counts its words itself, in Redis too. */
  private static CompletionStage<Reply> debug(ServerCall call) throws CommandException {
    if (!call.server().settings().get().isDebugEnabled()) {
      throw new CommandException(
          "ERR DEBUG command not allowed. Set enable-debug-command to yes to allow it.");
    }
    if (!call.args().is(1, "sleep") || call.args().size() != 3) {
      throw Subcommands.wrongWords("debug", call.args().text(1));
    }
    return sleep(call);
  }

  /** Holds up this connection only, unlike Redis. */
  private static CompletionStage<Reply> sleep(ServerCall call) throws CommandException {
    long sleepMs;
    try {
      sleepMs = (long) (Double.parseDouble(call.args().text(2)) * 1000);
    } catch (NumberFormatException e) {
      throw CommandException.notAFloat();
    }
    if (sleepMs < 0 || sleepMs > MAX_SLEEP_MS) {
      throw CommandException.notAFloat();
    }
    CompletableFuture<Reply> awake = new CompletableFuture<>();
    call.server().after(sleepMs, () -> awake.complete(Reply.OK));
    return awake;
  }

  private static Reply monitor(ServerCall call) {
    if (!call.client().isMonitor()) {
      call.client().monitor(true);
      call.server().clients().monitors(1);
    }
    return Reply.OK;
  }

  static void stopMonitor(ServerContext server, ClientConnection client) {
    if (client.isMonitor()) {
      client.monitor(false);
      server.clients().monitors(-1);
    }
  }

  /** Answers nothing: the connection ends with the process. */
  private static Reply shutdown(ServerCall call) throws CommandException {
    Set<String> options = new TreeSet<>();
    for (int i = 1; i < call.args().size(); i++) {
      options.add(Dispatcher.lower(call.args().text(i)));
    }
    boolean isAbort = options.equals(Set.of("abort"));
    if (!isAbort
        && (!Set.of("save", "nosave", "now", "force").containsAll(options)
            || options.containsAll(Set.of("save", "nosave")))) {
      throw CommandException.syntax();
    }
    if (isAbort) {
      throw new CommandException("ERR No shutdown in progress.");
    }
    Thread thread = new Thread(call.server().shutdown(), "shutdown");
    thread.start();
    return Replies.NONE;
  }
}
