package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.repl.Replication.Call;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * MEMORY USAGE: about how many bytes the rows of a key are, before compression. Like Redis it looks
 * at a few elements of a collection and takes the others for as long.
 */
final class MemoryUsage {
  private static final int DEFAULT_SAMPLES = 5;

  /** SAMPLES 0 means all elements; beyond this many it would be a long walk. */
  private static final int MAX_SAMPLES = 10_000;

  /** Of a row: version, reserve, times (spec storage: what surrounds a key and a value). */
  private static final int ROW_BYTES = 40;

  private MemoryUsage() {}

  static CompletionStage<Reply> run(ServerCall call) throws CommandException {
    Args args = call.args();
    int samples = samples(args);
    String key = args.text(2);
    return call.server()
        .data()
        .readAll(call.client().db(), List.of(read(call, "type", key)))
        .thenCompose(replies -> ofType(call, key, typeOf(replies.get(0)), samples));
  }

  private static int samples(Args args) throws CommandException {
    if (args.size() == 3) {
      return DEFAULT_SAMPLES;
    }
    if (args.size() != 5 || !args.is(3, "samples")) {
      throw CommandException.syntax();
    }
    long samples = args.int64(4);
    if (samples < 0) {
      throw CommandException.syntax();
    }
    return samples == 0 ? MAX_SAMPLES : (int) Math.min(samples, MAX_SAMPLES);
  }

  private static String typeOf(Reply reply) {
    return reply instanceof Reply.Status status ? status.text() : "none";
  }

  private static CompletionStage<Reply> ofType(
      ServerCall call, String key, String type, int samples) {
    String last = Integer.toString(samples - 1);
    String count = Integer.toString(samples);
    Optional<List<Call>> calls =
        switch (type) {
          case "string" -> Optional.of(List.of(read(call, "strlen", key)));
          case "list" ->
              Optional.of(List.of(read(call, "llen", key), read(call, "lrange", key, "0", last)));
          case "hash" ->
              Optional.of(
                  List.of(read(call, "hlen", key), read(call, "hscan", key, "0", "count", count)));
          case "set" ->
              Optional.of(
                  List.of(read(call, "scard", key), read(call, "sscan", key, "0", "count", count)));
          case "zset" ->
              Optional.of(List.of(read(call, "zcard", key), read(call, "zrange", key, "0", last)));
          case "stream", "streams" ->
              Optional.of(
                  List.of(
                      read(call, "xlen", key),
                      read(call, "xrange", key, "-", "+", "count", count)));
          default -> Optional.empty();
        };
    if (calls.isEmpty()) {
      return CompletableFuture.completedFuture(Reply.NIL);
    }
    return call.server()
        .data()
        .readAll(call.client().db(), calls.get())
        .thenApply(replies -> estimate(key, type, replies));
  }

  private static Reply estimate(String key, String type, List<Reply> replies) {
    long length = replies.get(0) instanceof Reply.Int number ? number.value() : 0;
    long own = (long) key.length() + ROW_BYTES;
    if (type.equals("string")) {
      return Reply.of(own + length);
    }
    long sampledBytes = bytesOf(replies.get(1));
    long sampled = Math.max(1, elementsOf(type, replies.get(1)));
    // each row has the key in front; a member of a zset has two
    long rows = type.equals("zset") ? 2 : 1;
    double perElement = (double) sampledBytes / sampled * rows + rows * own;
    return Reply.of(own + Math.round(perElement * length));
  }

  private static long bytesOf(Reply reply) {
    if (reply instanceof Reply.Bulk bulk) {
      return bulk.bytes().length;
    }
    return reply instanceof Reply.Array array
        ? array.items().stream().mapToLong(MemoryUsage::bytesOf).sum()
        : 0;
  }

  /** How many elements are in what a sample gave: SCANs have a cursor in front. */
  private static long elementsOf(String type, Reply reply) {
    if (!(reply instanceof Reply.Array array)) {
      return 0;
    }
    boolean isScan = type.equals("hash") || type.equals("set");
    Reply found = isScan && array.items().size() == 2 ? array.items().get(1) : reply;
    long words = found instanceof Reply.Array list ? list.items().size() : 0;
    return type.equals("hash") ? words / 2 : words;
  }

  private static Call read(ServerCall call, String... words) {
    Command command =
        ((KnownCommand.OfData) call.server().commands().find(words[0]).orElseThrow()).command();
    byte[][] bytes = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      bytes[i] = words[i].getBytes(ISO_8859_1); // its chars are bytes
    }
    return new Call(command, new Args(bytes));
  }
}
