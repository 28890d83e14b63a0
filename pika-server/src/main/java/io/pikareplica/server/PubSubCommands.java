package io.pikareplica.server;

import static io.pikareplica.server.ServerCommand.Trait.NOT_IN_MULTI;
import static io.pikareplica.server.ServerCommand.Trait.WHILE_SUBSCRIBED;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.cmd.Glob;
import java.util.ArrayList;
import java.util.List;

/** SUBSCRIBE, PUBLISH and their like. */
final class PubSubCommands {
  private static final int MAX_PER_CLIENT = 100_000;

  private PubSubCommands() {}

  static List<ServerCommand> all() {
    Subcommands pubSub =
        new Subcommands("pubsub")
            .now("channels", -2, PubSubCommands::channels)
            .now("numsub", -2, PubSubCommands::counts)
            .now("numpat", 2, call -> Reply.of(call.server().pubSub().patternCount()))
            // channels of a cluster's shards
            .now("shardchannels", -2, call -> Reply.EMPTY_ARRAY)
            .now("shardnumsub", -2, PubSubCommands::noCounts);
    return new ServerCommandList()
        .now("subscribe", -2, PubSubCommands::subscribe, WHILE_SUBSCRIBED, NOT_IN_MULTI)
        .now("psubscribe", -2, PubSubCommands::subscribePatterns, WHILE_SUBSCRIBED, NOT_IN_MULTI)
        .now("unsubscribe", -1, PubSubCommands::unsubscribe, WHILE_SUBSCRIBED, NOT_IN_MULTI)
        .now(
            "punsubscribe", -1, PubSubCommands::unsubscribePatterns, WHILE_SUBSCRIBED, NOT_IN_MULTI)
        .now("publish", 3, PubSubCommands::publish)
        .later("pubsub", -2, pubSub)
        .commands();
  }

  private static Reply publish(ServerCall call) {
    long limit = call.server().settings().get().pubSubBufferBytes();
    return Reply.of(call.server().pubSub().publish(call.args().text(1), call.args().get(2), limit));
  }

  private static Reply channels(ServerCall call) throws CommandException {
    if (call.args().size() > 3) {
      throw Subcommands.wrongWords("pubsub", call.args().text(1));
    }
    byte[] pattern = call.args().size() == 3 ? call.args().get(2) : new byte[] {'*'};
    return Replies.latin1s(call.server().pubSub().channels(new Glob(pattern)));
  }

  private static Reply counts(ServerCall call) {
    List<Reply> flat = new ArrayList<>();
    for (int i = 2; i < call.args().size(); i++) {
      flat.add(Reply.bulk(call.args().get(i)));
      flat.add(Reply.of(call.server().pubSub().subscriberCount(call.args().text(i))));
    }
    return Reply.array(flat);
  }

  private static Reply noCounts(ServerCall call) {
    List<Reply> flat = new ArrayList<>();
    for (int i = 2; i < call.args().size(); i++) {
      flat.add(Reply.bulk(call.args().get(i)));
      flat.add(Reply.ZERO);
    }
    return Reply.array(flat);
  }

  private static Reply subscribe(ServerCall call) throws CommandException {
    for (String channel : names(call)) {
      boolean wasSubscriber = !call.client().subscriptions().isEmpty();
      if (call.client().subscriptions().addChannel(channel)) {
        call.server().pubSub().subscribe(channel, call.client());
      }
      confirm(call, wasSubscriber, "subscribe", Replies.latin1(channel));
    }
    return Replies.NONE;
  }

  private static Reply subscribePatterns(ServerCall call) throws CommandException {
    for (String pattern : names(call)) {
      boolean wasSubscriber = !call.client().subscriptions().isEmpty();
      if (call.client().subscriptions().addPattern(pattern)) {
        call.server().pubSub().subscribePattern(pattern, call.client());
      }
      confirm(call, wasSubscriber, "psubscribe", Replies.latin1(pattern));
    }
    return Replies.NONE;
  }

  private static Reply unsubscribe(ServerCall call) {
    List<String> names = words(call.args());
    if (call.args().size() == 1) {
      names = List.copyOf(call.client().subscriptions().channels());
    }
    for (String channel : names) {
      boolean wasSubscriber = !call.client().subscriptions().isEmpty();
      call.client().subscriptions().removeChannel(channel);
      call.server().pubSub().unsubscribe(channel, call.client());
      confirm(call, wasSubscriber, "unsubscribe", Replies.latin1(channel));
    }
    if (names.isEmpty()) {
      boolean isSubscriber = !call.client().subscriptions().isEmpty();
      confirm(call, isSubscriber, "unsubscribe", Reply.NIL);
    }
    return Replies.NONE;
  }

  private static Reply unsubscribePatterns(ServerCall call) {
    List<String> names = words(call.args());
    if (call.args().size() == 1) {
      names = List.copyOf(call.client().subscriptions().patterns());
    }
    for (String pattern : names) {
      boolean wasSubscriber = !call.client().subscriptions().isEmpty();
      call.client().subscriptions().removePattern(pattern);
      call.server().pubSub().unsubscribePattern(pattern, call.client());
      confirm(call, wasSubscriber, "punsubscribe", Replies.latin1(pattern));
    }
    if (names.isEmpty()) {
      boolean isSubscriber = !call.client().subscriptions().isEmpty();
      confirm(call, isSubscriber, "punsubscribe", Reply.NIL);
    }
    return Replies.NONE;
  }

  /** One message per channel, each with what the client subscribes to by then. */
  private static void confirm(ServerCall call, boolean wasSubscriber, String what, Reply name) {
    Subscriptions subscriptions = call.client().subscriptions();
    count(call.server(), wasSubscriber, !subscriptions.isEmpty());
    int count = subscriptions.channelCount() + subscriptions.patternCount();
    call.client().push(List.of(Reply.bulk(what), name, Reply.of(count)));
  }

  private static void count(ServerContext server, boolean wasSubscriber, boolean isSubscriber) {
    if (wasSubscriber != isSubscriber) {
      server.stats().subscribers(isSubscriber ? 1 : -1);
    }
    server.stats().listened(server.pubSub().knownChannels(), server.pubSub().knownPatterns());
  }

  /** Ends all subscriptions without a word: RESET, or the client has gone. */
  static void forgetAll(ServerContext server, ClientConnection client) {
    Subscriptions subscriptions = client.subscriptions();
    if (subscriptions.isEmpty()) {
      return;
    }
    server.pubSub().forget(client);
    subscriptions.clear();
    count(server, true, false);
  }

  private static List<String> names(ServerCall call) throws CommandException {
    List<String> names = words(call.args());
    Subscriptions subscriptions = call.client().subscriptions();
    if (subscriptions.channelCount() + subscriptions.patternCount() + names.size()
        > MAX_PER_CLIENT) {
      throw new CommandException("ERR too many subscriptions");
    }
    return names;
  }

  private static List<String> words(Args args) {
    List<String> words = new ArrayList<>();
    for (int i = 1; i < args.size(); i++) {
      words.add(args.text(i));
    }
    return words;
  }
}
