package io.pikareplica.server;

import static io.pikareplica.server.ServerCommand.Trait.BEFORE_AUTH;
import static io.pikareplica.server.ServerCommand.Trait.NEVER_QUEUED;
import static io.pikareplica.server.ServerCommand.Trait.WHILE_SUBSCRIBED;

import io.pikareplica.info.InfoCommand;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.Optional;

/** Commands about the connection that they come on. */
final class ConnectionCommands {
  private static final Reply PONG = new Reply.Status("PONG");

  private ConnectionCommands() {}

  static List<ServerCommand> all() {
    return new ServerCommandList()
        .now("ping", -1, ConnectionCommands::ping, WHILE_SUBSCRIBED)
        .now("echo", 2, call -> Reply.bulk(call.args().get(1)))
        .now("select", 2, ConnectionCommands::select)
        .now("auth", -2, ConnectionCommands::auth, BEFORE_AUTH)
        .now("hello", -1, ConnectionCommands::hello, BEFORE_AUTH)
        .now("quit", -1, ConnectionCommands::quit, BEFORE_AUTH, WHILE_SUBSCRIBED, NEVER_QUEUED)
        .now("reset", 1, ConnectionCommands::reset, BEFORE_AUTH, WHILE_SUBSCRIBED, NEVER_QUEUED)
        .commands();
  }

  private static Reply ping(ServerCall call) throws CommandException {
    Args args = call.args();
    if (args.size() > 2) {
      throw CommandException.arity("ping");
    }
    boolean isSubscriber = !call.client().subscriptions().isEmpty();
    if (call.client().protocol() == 2 && isSubscriber) {
      byte[] text = args.size() == 2 ? args.get(1) : new byte[0];
      return Reply.array(List.of(Reply.bulk("pong"), Reply.bulk(text)));
    }
    return args.size() == 2 ? Reply.bulk(args.get(1)) : PONG;
  }

  private static Reply select(ServerCall call) throws CommandException {
    long db = call.args().int64(1);
    if (db < 0 || db >= call.server().replication().dbCount()) {
      throw new CommandException("ERR DB index is out of range");
    }
    call.client().db((int) db);
    return Reply.OK;
  }

  private static Reply auth(ServerCall call) throws CommandException {
    Args args = call.args();
    if (args.size() > 3) {
      throw CommandException.syntax();
    }
    String wanted = call.server().settings().get().requirePass();
    if (args.size() == 2 && wanted.isEmpty()) {
      throw new CommandException(
          "ERR AUTH <password> called without any password configured for the default user."
              + " Are you sure your configuration is correct?");
    }
    String user = args.size() == 3 ? args.text(1) : "default";
    authenticate(call, user, args.text(args.size() - 1));
    return Reply.OK;
  }

  private static void authenticate(ServerCall call, String user, String password)
      throws CommandException {
    String wanted = call.server().settings().get().requirePass();
    boolean isRight = wanted.isEmpty() || Passwords.match(wanted, password);
    if (!isRight || !user.equals("default")) {
      throw new CommandException("WRONGPASS invalid username-password pair or user is disabled.");
    }
    call.client().authenticated(true);
  }

  /** Checks everything first: a HELLO that fails changes nothing but, as in Redis, AUTH. */
  private static Reply hello(ServerCall call) throws CommandException {
    Args args = call.args();
    ClientConnection client = call.client();
    int protocol = args.size() == 1 ? client.protocol() : protocol(args);
    Optional<String> name = Optional.empty();
    for (int i = 2; i < args.size(); ) {
      if (args.is(i, "auth") && i + 2 < args.size()) {
        authenticate(call, args.text(i + 1), args.text(i + 2));
        i += 3;
      } else if (args.is(i, "setname") && i + 1 < args.size()) {
        name = Optional.of(ClientCommands.checkedName(args.text(i + 1)));
        i += 2;
      } else {
        throw new CommandException("ERR Syntax error in HELLO option '" + args.text(i) + "'");
      }
    }
    boolean mayEnter =
        client.isAuthenticated() || call.server().settings().get().requirePass().isEmpty();
    if (!mayEnter) {
      throw new CommandException(
          "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO"
              + " <proto> AUTH <user> <pass> option can be used to authenticate the client and"
              + " select the RESP protocol version at the same time");
    }
    name.ifPresent(client::name);
    client.protocol(protocol);
    return greeting(call);
  }

  private static int protocol(Args args) throws CommandException {
    long version;
    try {
      version = args.int64(1);
    } catch (CommandException e) {
      throw new CommandException("ERR Protocol version is not an integer or out of range");
    }
    if (version != 2 && version != 3) {
      throw new CommandException("NOPROTO unsupported protocol version");
    }
    return (int) version;
  }

  private static Reply greeting(ServerCall call) {
    boolean isReplica = call.server().replication().isReplica();
    return new Reply.Map(
        List.of(
            Reply.bulk("server"),
            Reply.bulk("redis"),
            Reply.bulk("version"),
            Reply.bulk(InfoCommand.REDIS_VERSION),
            Reply.bulk("proto"),
            Reply.of(call.client().protocol()),
            Reply.bulk("id"),
            Reply.of(call.client().id()),
            Reply.bulk("mode"),
            Reply.bulk("standalone"),
            Reply.bulk("role"),
            Reply.bulk(isReplica ? "replica" : "master"),
            Reply.bulk("modules"),
            Reply.EMPTY_ARRAY));
  }

  private static Reply quit(ServerCall call) {
    call.client().closeAfterReply();
    return Reply.OK;
  }

  private static Reply reset(ServerCall call) {
    ClientConnection client = call.client();
    TransactionCommands.abandon(call.server(), client);
    PubSubCommands.forgetAll(call.server(), client);
    ToolCommands.stopMonitor(call.server(), client);
    client.db(0);
    client.name("");
    client.protocol(2);
    client.replyMode(ClientConnection.ReplyMode.ON);
    client.authenticated(call.server().settings().get().requirePass().isEmpty());
    return new Reply.Status("RESET");
  }
}
