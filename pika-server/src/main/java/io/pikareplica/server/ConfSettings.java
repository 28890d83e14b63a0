package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.server.conf.LiveConf;
import io.pikareplica.storage.CommandException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CONFIG on top of the settings of the process. Clients' words are texts whose chars are bytes,
 * settings are UTF-8: this is where one becomes the other.
 */
final class ConfSettings implements Settings {
  private final LiveConf conf;

  ConfSettings(LiveConf conf) {
    this.conf = conf;
  }

  /** A setting's text as the client port compares and sends it. */
  static String bytesOf(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  @Override
  public List<Map.Entry<String, String>> get(List<String> globs) {
    return conf.get(globs).entrySet().stream()
        .map(entry -> Map.entry(entry.getKey(), bytesOf(entry.getValue())))
        .toList();
  }

  @Override
  public void set(Map<String, String> values) throws CommandException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      texts.put(entry.getKey(), textOf(entry.getValue()));
    }
    orThrow(conf.set(texts));
  }

  private static String textOf(String bytes) throws CommandException {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.getBytes(ISO_8859_1))).toString();
    } catch (CharacterCodingException e) {
      throw new CommandException("ERR CONFIG SET failed - the value must be UTF-8 text");
    }
  }

  @Override
  public void rewrite() throws CommandException {
    orThrow(conf.rewrite());
  }

  private static void orThrow(Optional<String> failure) throws CommandException {
    if (failure.isPresent()) {
      throw new CommandException("ERR " + failure.get());
    }
  }
}
