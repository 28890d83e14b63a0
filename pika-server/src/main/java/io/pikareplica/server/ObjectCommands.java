package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;

/** OBJECT and MEMORY: what can be said of a key that lies on disk. */
final class ObjectCommands {
  private ObjectCommands() {}

  static Subcommands object() {
    return new Subcommands("object")
        .later("encoding", 3, ObjectCommands::encoding)
        .later("refcount", 3, call -> ifPresent(call, Reply.ONE))
        .later("idletime", 3, call -> ifPresent(call, Reply.ZERO))
        .later(
            "freq",
            3,
            call ->
                ifPresent(
                    call,
                    Reply.error(
                        "ERR An LFU maxmemory policy is not selected, access frequency not"
                            + " tracked. Please note that when switching between policies at"
                            + " runtime LRU and LFU data will take some time to adjust.")));
  }

  static Subcommands memory() {
    return new Subcommands("memory")
        .later("usage", -3, MemoryUsage::run)
        .now("doctor", 2, call -> Reply.text("Keys lie on disk. See INFO memory.".getBytes(UTF_8)));
  }

  private static CompletionStage<Reply> encoding(ServerCall call) throws CommandException {
    return type(call)
        .thenApply(
            type ->
                switch (type) {
                  case "none" -> Reply.NIL;
                  case "hash", "set" -> Reply.bulk("hashtable");
                  case "list" -> Reply.bulk("quicklist");
                  case "zset" -> Reply.bulk("skiplist");
                  case "stream", "streams" -> Reply.bulk("stream");
                  default -> Reply.bulk("raw");
                });
  }

  private static CompletionStage<Reply> ifPresent(ServerCall call, Reply reply)
      throws CommandException {
    return type(call).thenApply(type -> type.equals("none") ? Reply.NIL : reply);
  }

  private static CompletionStage<String> type(ServerCall call) throws CommandException {
    KnownCommand type =
        call.server()
            .commands()
            .find("type")
            .orElseThrow(() -> new CommandException("ERR unknown command 'type'"));
    Command command = ((KnownCommand.OfData) type).command();
    byte[] key = call.args().get(2);
    return call.server()
        .data()
        .run(call.client().db(), command, new Args("type".getBytes(UTF_8), key))
        .thenApply(ObjectCommands::text);
  }

  private static String text(Reply reply) {
    return switch (reply.kind()) {
      case STATUS -> ((Reply.Status) reply).text();
      case BULK -> new String(((Reply.Bulk) reply).bytes(), StandardCharsets.ISO_8859_1);
      default -> "none";
    };
  }
}
