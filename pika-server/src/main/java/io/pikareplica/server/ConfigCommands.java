package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** CONFIG and INFO. */
final class ConfigCommands {
  private ConfigCommands() {}

  static List<ServerCommand> all() {
    Subcommands config =
        new Subcommands("config")
            .now("get", -3, ConfigCommands::get)
            .later("set", -4, ConfigCommands::set)
            .later("rewrite", 2, call -> onSettingsThread(call, call.server().config()::rewrite))
            .now("resetstat", 2, ConfigCommands::resetStat);
    return new ServerCommandList()
        .later("config", -2, config)
        .now("info", -1, ConfigCommands::info)
        .commands();
  }

  private static Reply info(ServerCall call) {
    return Reply.text(call.server().info().render(texts(call.args(), 1)).getBytes(UTF_8));
  }

  private static Reply get(ServerCall call) {
    List<Reply> flat = new ArrayList<>();
    for (Map.Entry<String, String> entry : call.server().config().get(texts(call.args(), 2))) {
      flat.add(Replies.latin1(entry.getKey()));
      flat.add(Replies.latin1(entry.getValue()));
    }
    return new Reply.Map(flat);
  }

  private static CompletionStage<Reply> set(ServerCall call) throws CommandException {
    Args args = call.args();
    if (args.size() % 2 != 0) {
      throw CommandException.syntax();
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 2; i < args.size(); i += 2) {
      String name = Dispatcher.lower(args.text(i));
      if (values.put(name, args.text(i + 1)) != null) {
        throw new CommandException(
            "ERR CONFIG SET failed (possibly related to argument '"
                + name
                + "') - duplicate parameter");
      }
    }
    return onSettingsThread(call, () -> call.server().config().set(values));
  }

  private static Reply resetStat(ServerCall call) {
    call.server().stats().reset();
    return Reply.OK;
  }

  private static List<String> texts(Args args, int from) {
    List<String> texts = new ArrayList<>();
    for (int i = from; i < args.size(); i++) {
      texts.add(args.text(i));
    }
    return texts;
  }

  /** What may write a file does not run on an event loop. */
  @FunctionalInterface
  private interface Task {
    void run() throws CommandException;
  }

  private static CompletionStage<Reply> onSettingsThread(ServerCall call, Task task) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            task.run();
            return Reply.OK;
          } catch (CommandException e) {
            throw new CompletionException(e);
          }
        },
        call.server().settingsThread());
  }
}
