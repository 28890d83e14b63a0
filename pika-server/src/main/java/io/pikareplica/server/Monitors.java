package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Reply;
import java.util.Locale;

/** Tells the clients that said MONITOR what the others do. */
final class Monitors {
  private static final long MAX_WAITING_BYTES = 8L << 20;
  private static final int MAX_WORD_BYTES = 1024;
  private static final int MAX_LINE_CHARS = 64 * 1024;

  private Monitors() {}

  /** A monitor that does not keep up is cut off. */
  static void tell(Clients clients, ClientConnection from, Args args) {
    Reply line = new Reply.Status(line(from, SecretWords.masked(args)));
    for (ClientConnection client : clients.all()) {
      if (client.isMonitor()) {
        if (client.replyBytes() > MAX_WAITING_BYTES) {
          client.kill();
        } else {
          client.deliver(line);
        }
      }
    }
  }

  private static String line(ClientConnection from, Args args) {
    long now = System.currentTimeMillis();
    StringBuilder out = new StringBuilder();
    out.append(String.format(Locale.ROOT, "%d.%03d000", now / 1000, now % 1000));
    out.append(" [").append(from.db()).append(' ').append(from.address()).append(']');
    for (int i = 0; i < args.size() && out.length() < MAX_LINE_CHARS; i++) {
      quote(args.get(i), out.append(' '));
    }
    out.append(out.length() < MAX_LINE_CHARS ? "" : " ...");
    return out.toString();
  }

  private static void quote(byte[] word, StringBuilder out) {
    out.append('"');
    String text = new String(word, 0, Math.min(word.length, MAX_WORD_BYTES), ISO_8859_1);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c >= ' ' && c < 127) {
        out.append(c);
      } else {
        out.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
      }
    }
    out.append(word.length > MAX_WORD_BYTES ? "\"..." : "\"");
  }
}
