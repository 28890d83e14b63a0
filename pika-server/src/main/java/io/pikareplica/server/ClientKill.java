package io.pikareplica.server;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.Locale;
import java.util.function.Predicate;

/** CLIENT KILL: the old form with an address, and the new one with filters that must all hold. */
final class ClientKill {
  private Predicate<ClientConnection> wanted = client -> true;
  private boolean isSkippingMe = true;

  private ClientKill() {}

  static Reply run(ServerCall call) throws CommandException {
    Args args = call.args();
    ClientKill kill = new ClientKill();
    if (args.size() == 3) {
      String address = args.text(2);
      kill.wanted = client -> client.address().equals(address);
      kill.isSkippingMe = false;
      if (kill.kill(call) == 0) {
        throw new CommandException("ERR No such client");
      }
      return Reply.OK;
    }
    if (args.size() % 2 != 0) {
      throw CommandException.syntax();
    }
    for (int i = 2; i < args.size(); i += 2) {
      kill.filter(args, i);
    }
    return Reply.of(kill.kill(call));
  }

  private void filter(Args args, int at) throws CommandException {
    String value = args.text(at + 1);
    switch (args.text(at).toLowerCase(Locale.ROOT)) {
      case "id" -> {
        long id = positiveId(args, at + 1);
        wanted = wanted.and(client -> client.id() == id);
      }
      case "addr" -> wanted = wanted.and(client -> client.address().equals(value));
      case "laddr" -> wanted = wanted.and(client -> client.localAddress().equals(value));
      case "type" -> wanted = wanted.and(ofType(value));
      case "user" -> {
        if (!value.equals("default")) {
          throw new CommandException("ERR No such user '" + value + "'");
        }
      }
      case "maxage" -> {
        long age = args.int64(at + 1);
        wanted = wanted.and(client -> client.ageSeconds() >= age);
      }
      case "skipme" -> isSkippingMe = yesOrNo(value);
      default -> throw CommandException.syntax();
    }
  }

  private static long positiveId(Args args, int index) throws CommandException {
    long id;
    try {
      id = args.int64(index);
    } catch (CommandException e) {
      id = 0;
    }
    if (id < 1) {
      throw new CommandException("ERR client-id should be greater than 0");
    }
    return id;
  }

  /** Clients of a type; masters and replicas of this node are no clients of this port. */
  static Predicate<ClientConnection> ofType(String type) throws CommandException {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "normal" -> client -> client.subscriptions().isEmpty();
      case "pubsub" -> client -> !client.subscriptions().isEmpty();
      case "master", "replica", "slave" -> client -> false;
      default -> throw new CommandException("ERR Unknown client type '" + type + "'");
    };
  }

  private static boolean yesOrNo(String value) throws CommandException {
    if (!value.equalsIgnoreCase("yes") && !value.equalsIgnoreCase("no")) {
      throw CommandException.syntax();
    }
    return value.equalsIgnoreCase("yes");
  }

  private int kill(ServerCall call) {
    int count = 0;
    for (ClientConnection client : call.server().clients().all()) {
      if (client == call.client()) {
        if (!isSkippingMe && wanted.test(client)) {
          client.closeAfterReply();
          count++;
        }
      } else if (wanted.test(client) && client.kill()) {
        count++;
      }
    }
    return count;
  }
}
