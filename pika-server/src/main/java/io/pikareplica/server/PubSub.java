package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.Reply;
import io.pikareplica.storage.cmd.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who listens to which channel, on this node only: nothing of it is replicated. A subscriber that
 * does not take its messages is cut off, so that what waits for it stays bounded. Any thread.
 */
final class PubSub {
  private static final Reply MESSAGE = Reply.bulk("message");
  private static final Reply PATTERN_MESSAGE = Reply.bulk("pmessage");

  private final Map<String, Set<ClientConnection>> channels = new ConcurrentHashMap<>();
  private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

  private record Pattern(Glob glob, Set<ClientConnection> clients) {}

  void subscribe(String channel, ClientConnection client) {
    channels.compute(
        channel,
        (name, clients) -> {
          Set<ClientConnection> set = clients == null ? ConcurrentHashMap.newKeySet() : clients;
          set.add(client);
          return set;
        });
  }

  void unsubscribe(String channel, ClientConnection client) {
    channels.computeIfPresent(
        channel,
        (name, clients) -> {
          clients.remove(client);
          return clients.isEmpty() ? null : clients;
        });
  }

  void subscribePattern(String pattern, ClientConnection client) {
    patterns.compute(
        pattern,
        (text, known) -> {
          Pattern entry =
              known == null
                  ? new Pattern(new Glob(text.getBytes(ISO_8859_1)), ConcurrentHashMap.newKeySet())
                  : known;
          entry.clients().add(client);
          return entry;
        });
  }

  void unsubscribePattern(String pattern, ClientConnection client) {
    patterns.computeIfPresent(
        pattern,
        (text, known) -> {
          known.clients().remove(client);
          return known.clients().isEmpty() ? null : known;
        });
  }

  /** Forgets a client that has gone. Its event loop only. */
  void forget(ClientConnection client) {
    client.subscriptions().channels().forEach(channel -> unsubscribe(channel, client));
    client.subscriptions().patterns().forEach(pattern -> unsubscribePattern(pattern, client));
  }

  /**
   * Sends a message to all that listen.
   *
   * @param channel each char a byte
   * @param limitBytes what may wait for one subscriber
   * @return how many were sent it; one that listens by two patterns counts twice
   */
  int publish(String channel, byte[] payload, long limitBytes) {
    Reply name = Replies.latin1(channel);
    Reply text = Reply.bulk(payload);
    int receivers = 0;
    Set<ClientConnection> direct = channels.getOrDefault(channel, Set.of());
    List<Reply> message = List.of(MESSAGE, name, text);
    for (ClientConnection client : direct) {
      receivers += deliver(client, message, limitBytes);
    }
    byte[] channelBytes = channel.getBytes(ISO_8859_1);
    for (Map.Entry<String, Pattern> entry : patterns.entrySet()) {
      if (entry.getValue().glob().matches(channelBytes)) {
        Reply pattern = Replies.latin1(entry.getKey());
        List<Reply> matched = List.of(PATTERN_MESSAGE, pattern, name, text);
        for (ClientConnection client : entry.getValue().clients()) {
          receivers += deliver(client, matched, limitBytes);
        }
      }
    }
    return receivers;
  }

  private static int deliver(ClientConnection client, List<Reply> message, long limitBytes) {
    if (client.replyBytes() > limitBytes) {
      client.kill();
      return 0;
    }
    return client.deliver(message) ? 1 : 0;
  }

  /** Channels that somebody listens to by their name. */
  List<String> channels(Glob glob) {
    List<String> found = new ArrayList<>();
    channels.forEach(
        (channel, clients) -> {
          if (glob.matches(channel.getBytes(ISO_8859_1)) && listening(clients) > 0) {
            found.add(channel);
          }
        });
    found.sort(null);
    return found;
  }

  /** Who listens to a channel by its name. */
  int subscriberCount(String channel) {
    return listening(channels.getOrDefault(channel, Set.of()));
  }

  /** Patterns that somebody listens to. */
  int patternCount() {
    return (int)
        patterns.values().stream().filter(pattern -> listening(pattern.clients()) > 0).count();
  }

  /** Without those that were cut off: their event loops take them out a moment later. */
  private static int listening(Set<ClientConnection> clients) {
    return (int) clients.stream().filter(client -> !client.isKilled()).count();
  }

  /** For each change, so nobody is looked at: one who was just cut off may still count. */
  int knownChannels() {
    return channels.size();
  }

  int knownPatterns() {
    return patterns.size();
  }
}
