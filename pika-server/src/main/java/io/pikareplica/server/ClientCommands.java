package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.server.ClientConnection.ReplyMode;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** CLIENT and its subcommands. */
final class ClientCommands {
  private static final Reply NOT_TRACKING =
      new Reply.Map(
          List.of(
              Reply.bulk("flags"),
              Reply.array(List.of(Reply.bulk("off"))),
              Reply.bulk("redirect"),
              Reply.of(-1),
              Reply.bulk("prefixes"),
              Reply.EMPTY_ARRAY));

  private ClientCommands() {}

  static List<ServerCommand> all() {
    Subcommands client =
        new Subcommands("client")
            .now("id", 2, call -> Reply.of(call.client().id()))
            .now("info", 2, call -> text(ClientLine.of(call.client()) + "\n"))
            .now("list", -2, ClientCommands::list)
            .now("kill", -3, ClientKill::run)
            .now("setname", 3, ClientCommands::setName)
            .now("getname", 2, ClientCommands::getName)
            .now("setinfo", 4, ClientCommands::setInfo)
            .now("reply", 3, ClientCommands::reply)
            .now("no-evict", 3, ClientCommands::noEvict)
            .now("no-touch", 3, ClientCommands::onOrOff)
            .now("tracking", -3, ClientCommands::tracking)
            .now("trackinginfo", 2, call -> NOT_TRACKING)
            .now("caching", 3, ClientCommands::caching)
            .now("getredir", 2, call -> Reply.of(-1))
            .now("unpause", 2, call -> Reply.OK)
            .now("unblock", -3, ClientCommands::unblock);
    return new ServerCommandList().later("client", -2, client).commands();
  }

  private static Reply list(ServerCall call) throws CommandException {
    Args args = call.args();
    Predicate<ClientConnection> wanted = client -> true;
    if (args.size() > 3 && args.is(2, "id")) {
      List<Long> ids = new ArrayList<>();
      for (int i = 3; i < args.size(); i++) {
        ids.add(id(args, i));
      }
      wanted = client -> ids.contains(client.id());
    } else if (args.size() == 4 && args.is(2, "type")) {
      wanted = ClientKill.ofType(args.text(3));
    } else if (args.size() != 2) {
      throw CommandException.syntax();
    }
    StringBuilder out = new StringBuilder();
    call.server().clients().all().stream()
        .filter(wanted)
        .forEach(client -> out.append(ClientLine.of(client)).append('\n'));
    return text(out.toString());
  }

  private static Reply text(String latin1) {
    return Reply.text(latin1.getBytes(ISO_8859_1));
  }

  private static long id(Args args, int index) throws CommandException {
    try {
      return args.int64(index);
    } catch (CommandException e) {
      throw new CommandException("ERR Invalid client ID");
    }
  }

  private static Reply setName(ServerCall call) throws CommandException {
    call.client().name(checkedName(call.args().text(2)));
    return Reply.OK;
  }

  private static Reply getName(ServerCall call) {
    String name = call.client().name();
    return name.isEmpty() ? Reply.NIL : Replies.latin1(name);
  }

  private static Reply setInfo(ServerCall call) throws CommandException {
    String value = call.args().text(3);
    if (call.args().is(2, "lib-name")) {
      call.client().libName(checked(value, "lib-name"));
    } else if (call.args().is(2, "lib-ver")) {
      call.client().libVersion(checked(value, "lib-ver"));
    } else {
      throw new CommandException("ERR Unrecognized option '" + call.args().text(2) + "'");
    }
    return Reply.OK;
  }

  static String checkedName(String name) throws CommandException {
    return checked(name, "Client names");
  }

  /** What stands in CLIENT LIST must not look like a field or a line of it. */
  private static String checked(String value, String what) throws CommandException {
    if (value.chars().anyMatch(c -> c < '!' || c > '~')) {
      throw new CommandException(
          "ERR " + what + " cannot contain spaces, newlines or special characters.");
    }
    return value;
  }

  private static Reply reply(ServerCall call) throws CommandException {
    Args args = call.args();
    if (args.is(2, "on")) {
      call.client().replyMode(ReplyMode.ON);
      return Reply.OK;
    }
    if (args.is(2, "off")) {
      call.client().replyMode(ReplyMode.OFF);
    } else if (args.is(2, "skip")) {
      if (call.client().replyMode() != ReplyMode.OFF) {
        call.client().replyMode(ReplyMode.SKIP_NEXT);
      }
    } else {
      throw CommandException.syntax();
    }
    return Replies.NONE;
  }

  private static Reply noEvict(ServerCall call) throws CommandException {
    Reply reply = onOrOff(call);
    call.client().spared(call.args().is(2, "on"));
    return reply;
  }

  /** For a setting that changes nothing here: there is no LRU clock. */
  private static Reply onOrOff(ServerCall call) throws CommandException {
    if (!call.args().is(2, "on") && !call.args().is(2, "off")) {
      throw CommandException.syntax();
    }
    return Reply.OK;
  }

  private static Reply tracking(ServerCall call) throws CommandException {
    if (!call.args().is(2, "on") && !call.args().is(2, "off")) {
      throw CommandException.syntax();
    }
    if (call.args().size() == 3 && call.args().is(2, "off")) {
      return Reply.OK;
    }
    throw new CommandException("ERR client-side caching is not supported by this server");
  }

  private static Reply caching(ServerCall call) throws CommandException {
    throw new CommandException(
        "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or"
            + " OPTOUT mode enabled");
  }

  /** No client ever blocks here. */
  private static Reply unblock(ServerCall call) throws CommandException {
    Args args = call.args();
    if (args.size() > 4) {
      throw Subcommands.wrongWords("client", args.text(1));
    }
    if (args.size() == 4 && !args.is(3, "timeout") && !args.is(3, "error")) {
      throw new CommandException("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    }
    args.int64(2);
    return Reply.ZERO;
  }
}
