package io.pikareplica.server.conf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Files for tests of the settings. */
final class ConfTexts {
  private ConfTexts() {}

  static Path write(Path folder, String text) throws IOException {
    return Files.writeString(folder.resolve("pika.conf"), text);
  }

  static PikaConf load(Path file) throws ConfException {
    return PikaConf.load(Optional.of(file), List.of());
  }

  /** The settings of one line each, nothing missing that would be warned about. */
  static PikaConf of(Path folder, String text) throws IOException, ConfException {
    return load(write(folder, text + "\ndefault-slot-num : 1024\n"));
  }

  static String resource(String name) throws IOException {
    try (InputStream in = ConfTexts.class.getResourceAsStream("/conf/" + name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
