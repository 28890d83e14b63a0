package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One server that a {@link RedisScript} is played to, and what it answered. */
final class RedisSide {
  private static final int PATIENCE_MS = 20_000;
  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)(?::(\\w+))?}");

  /** What is different in each run. */
  private static final List<Map.Entry<String, String>> VARIABLE =
      List.of(
          Map.entry("127\\.0\\.0\\.1:\\d+", "ADDRESS"),
          // behind the line ends of CLIENT LIST, which are shown as \n, too
          Map.entry("(\\b|\\\\n)id=\\d+", "$1id=N"),
          Map.entry("\\bfd=-?\\d+", "fd=N"),
          Map.entry("\\b(age|idle)=\\d+", "$1=N"),
          // Redis's accounting of its buffers
          Map.entry(
              "\\b(qbuf|qbuf-free|argv-mem|multi-mem|rbs|rbp|obl|oll|omem|tot-mem)=\\d+", "$1=N"),
          // Redis 7.2 and we have them
          Map.entry(" lib-name=\\S* lib-ver=[^\\s\\\\]*", ""),
          Map.entry("\\b\\d+\\.\\d+\\.\\d+\\b", "VERSION"));

  private final int port;
  private final Map<String, Integer> places;
  private final Map<String, Client> clients = new LinkedHashMap<>();

  /**
   * @param places what {@code {name}} stands for in scripts, besides {@code port}
   */
  RedisSide(int port, Map<String, Integer> places) {
    this.port = port;
    this.places = places;
  }

  private static final class Client {
    final Socket socket;
    final InputStream in;
    String id = "";

    Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(PATIENCE_MS);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }

    void send(String text) throws IOException {
      try {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
      } catch (SocketException e) {
        // closed by the server: reading says so
      }
    }

    String read() throws IOException {
      try {
        return WireReply.read(in);
      } catch (SocketException e) {
        return "EOF";
      } catch (SocketTimeoutException e) {
        return "nothing in " + PATIENCE_MS + " ms";
      }
    }
  }

  /** Plays a script: one line for each step, and one for what each client was sent beyond it. */
  List<String> play(RedisScript script) throws IOException {
    List<String> answers = new ArrayList<>();
    try {
      for (RedisScript.Step step : script.steps()) {
        answers.add(normal(play(step), step.mask()));
      }
      for (Map.Entry<String, Client> client : clients.entrySet()) {
        answers.add(client.getKey() + " is left with " + normal(rest(client.getValue()), ""));
      }
    } finally {
      for (Client client : clients.values()) {
        client.socket.close();
      }
      clients.clear();
    }
    return answers;
  }

  private String play(RedisScript.Step step) throws IOException {
    if (step.is("!close")) {
      clients.remove(step.client()).socket.close();
      return "closed";
    }
    Client client = clients.get(step.client());
    if (client == null) {
      client = new Client(port);
      clients.put(step.client(), client);
    }
    List<String> words = new ArrayList<>();
    for (String word : step.words()) {
      words.add(filled(word));
    }
    if (step.is("!raw")) {
      client.send(words.get(1));
    } else if (!step.is("!read")) {
      client.send(RawClient.request(words.toArray(String[]::new)));
    }
    List<String> replies = new ArrayList<>();
    for (int i = 0; i < step.replies(); i++) {
      replies.add(client.read());
    }
    return String.join(" ", replies);
  }

  /** Anything that was sent and not read: up to the answer to one more request, or to the end. */
  private static String rest(Client client) throws IOException {
    String mark = "left over";
    client.send(RawClient.request("CLIENT", "REPLY", "ON") + RawClient.request("PING", mark));
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      String reply = client.read();
      all.append(reply).append(' ');
      if (reply.equals("EOF") || reply.contains(mark)) {
        break;
      }
      if (reply.startsWith("-NOAUTH")) {
        all.append(client.read());
        break;
      }
    }
    return all.toString();
  }

  private String filled(String word) throws IOException {
    Matcher place = PLACE.matcher(word);
    StringBuilder out = new StringBuilder();
    while (place.find()) {
      place.appendReplacement(out, Matcher.quoteReplacement(value(place.group(1), place.group(2))));
    }
    return place.appendTail(out).toString();
  }

  private String value(String name, String of) throws IOException {
    return switch (name) {
      case "port" -> Integer.toString(port);
      case "address" -> "127.0.0.1:" + clients.get(of).socket.getLocalPort();
      case "laddress" -> "127.0.0.1:" + port;
      case "id" -> {
        Client client = clients.get(of);
        if (client.id.isEmpty()) {
          client.send(RawClient.request("CLIENT", "ID"));
          client.id = client.read().substring(1);
        }
        yield client.id;
      }
      default -> Integer.toString(places.get(name));
    };
  }

  private String normal(String answer, String mask) {
    String text = answer.replace(":" + port + "\\b", ":PORT");
    for (Map.Entry<String, String> each : VARIABLE) {
      text = text.replaceAll(each.getKey(), each.getValue());
    }
    for (Map.Entry<String, Integer> place : places.entrySet()) {
      text = text.replaceAll("\\b" + place.getValue() + "\\b", place.getKey());
    }
    text = text.replaceAll("\\b" + port + "\\b", "PORT");
    return mask.isEmpty() ? text : text.replaceAll(mask, "*");
  }
}
