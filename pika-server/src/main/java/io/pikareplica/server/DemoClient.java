package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.repl.HostPort;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A small RESP2 client that shows replies as redis-cli does. One thread; closed by it. */
final class DemoClient implements AutoCloseable {
  private static final int TIMEOUT_MS = 10_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  DemoClient(HostPort address) throws IOException {
    socket = new Socket(address.host(), address.port());
    socket.setSoTimeout(TIMEOUT_MS);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream());
    out = new BufferedOutputStream(socket.getOutputStream());
  }

  /**
   * Sends one command and waits for its reply, for ten seconds at most.
   *
   * @throws IOException also when the reply is an error
   */
  String ask(String... words) throws IOException {
    return askAll(List.of(List.of(words))).get(0);
  }

  /** Sends commands in one go and waits for all replies. */
  List<String> askAll(List<List<String>> commands) throws IOException {
    for (List<String> words : commands) {
      send(words);
    }
    out.flush();
    List<String> replies = new ArrayList<>();
    for (List<String> words : commands) {
      String reply = shown(read(), "");
      if (reply.startsWith("(error)")) {
        throw new IOException(String.join(" ", words) + " gave " + reply);
      }
      replies.add(reply);
    }
    return replies;
  }

  /** The plain texts of a reply, a bulk string or an array of them at any depth, in one list. */
  List<String> askTexts(String... words) throws IOException {
    send(List.of(words));
    out.flush();
    List<String> texts = new ArrayList<>();
    flatten(read(), texts);
    return texts;
  }

  private static void flatten(Object reply, List<String> texts) {
    if (reply instanceof List<?> list) {
      list.forEach(one -> flatten(one, texts));
    } else {
      texts.add(String.valueOf(reply));
    }
  }

  private void send(List<String> words) throws IOException {
    out.write(("*" + words.size() + "\r\n").getBytes(UTF_8));
    for (String word : words) {
      byte[] bytes = word.getBytes(UTF_8);
      out.write(("$" + bytes.length + "\r\n").getBytes(UTF_8));
      out.write(bytes);
      out.write("\r\n".getBytes(UTF_8));
    }
  }

  /** What a line that is neither a bulk string nor an array says, ready to be shown. */
  private record Word(String shown) {}

  private Object read() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> new Word(rest);
      case '-' -> new Word("(error) " + rest);
      case ':' -> new Word("(integer) " + rest);
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> array(Integer.parseInt(rest));
      default -> throw new IOException("no RESP: " + line);
    };
  }

  private Object bulk(int length) throws IOException {
    if (length < 0) {
      return new Word("(nil)");
    }
    byte[] bytes = in.readNBytes(length);
    line();
    return new String(bytes, UTF_8);
  }

  private Object array(int length) throws IOException {
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      all.add(read());
    }
    return all;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the node closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static String shown(Object reply, String indent) {
    if (reply instanceof Word word) {
      return word.shown();
    }
    if (reply instanceof List<?> list) {
      StringBuilder text = new StringBuilder(list.isEmpty() ? "(empty array)" : "");
      for (int i = 0; i < list.size(); i++) {
        String number = (i + 1) + ") ";
        text.append(i == 0 ? "" : "\n" + indent).append(number);
        text.append(shown(list.get(i), indent + " ".repeat(number.length())));
      }
      return text.toString();
    }
    return '"' + reply.toString() + '"';
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
