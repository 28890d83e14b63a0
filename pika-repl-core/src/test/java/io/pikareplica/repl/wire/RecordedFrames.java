package io.pikareplica.repl.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pikareplica.storage.golden.GoldenFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** Frames that a real Pika has sent, with their headers. */
public final class RecordedFrames {
  private RecordedFrames() {}

  /**
   * The shortest frame of each type of message.
   *
   * @param link {@code repl} or {@code rsync}
   * @param sender {@code master} or {@code replica}
   */
  public static Collection<byte[]> shortestOfEachType(String link, String sender)
      throws IOException {
    Map<Byte, byte[]> shortest = new TreeMap<>();
    ObjectMapper mapper = new ObjectMapper();
    for (String recording : new String[] {"incremental", "fullsync"}) {
      String resource = "pika-4.0.1/wire/" + recording + ".jsonl.gz";
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(new GZIPInputStream(GoldenFiles.open(resource)), UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          JsonNode frame = mapper.readTree(line);
          if (frame.has("hex")
              && frame.get("link").asText().equals(link)
              && frame.get("from").asText().equals(sender)) {
            byte[] body = HexFormat.of().parseHex(frame.get("hex").asText());
            // the type is the first field of every message
            shortest.merge(body[1], body, (a, b) -> a.length <= b.length ? a : b);
          }
        }
      }
    }
    return shortest.values().stream().map(RecordedFrames::framed).toList();
  }

  /** A body behind its length. */
  public static byte[] framed(byte[] body) {
    return ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).array();
  }
}
