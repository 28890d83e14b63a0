package io.pikareplica.server;

/** A client's line in CLIENT LIST, with Redis 7.2's fields in its order. */
final class ClientLine {
  private ClientLine() {}

  static String of(ClientConnection client) {
    Subscriptions subscriptions = client.subscriptions();
    return "id="
        + client.id()
        + " addr="
        + client.address()
        + " laddr="
        + client.localAddress()
        + " fd=-1 name="
        + client.name()
        + " age="
        + client.ageSeconds()
        + " idle="
        + client.idleSeconds()
        + " flags="
        + flags(client)
        + " db="
        + client.db()
        + " sub="
        + subscriptions.channelCount()
        + " psub="
        + subscriptions.patternCount()
        + " ssub=0 multi="
        + client.queuedCommands()
        + " qbuf="
        + client.requestBytes()
        + " qbuf-free=0 argv-mem=0 multi-mem="
        + client.keptBytes()
        + " rbs=0 rbp=0 obl=0 oll=0 omem="
        + client.replyBytes()
        + " tot-mem="
        + client.memoryBytes()
        + " events=r cmd="
        + client.lastCommand()
        + " user=default redir=-1 resp="
        + client.protocol()
        + " lib-name="
        + client.libName()
        + " lib-ver="
        + client.libVersion();
  }

  private static String flags(ClientConnection client) {
    StringBuilder flags = new StringBuilder();
    flags.append(client.isMonitor() ? "O" : "");
    flags.append(client.subscriptions().isEmpty() ? "" : "P");
    flags.append(client.queuedCommands() >= 0 ? "x" : "");
    return flags.isEmpty() ? "N" : flags.toString();
  }
}
