package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.server.conf.LiveConf;
import io.pikareplica.server.conf.PikaConf;
import io.pikareplica.server.conf.SettingsTable;
import io.pikareplica.storage.CommandException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfSettingsTest {
  private static final String PASSWORD = "pässwörd";

  private LiveConf conf;
  private ConfSettings settings;

  @BeforeEach
  void load() throws Exception {
    conf = new LiveConf(PikaConf.load(Optional.empty(), List.of()), changed -> {});
    settings = new ConfSettings(conf);
  }

  @Test
  void keepsTheBytesOfAPassword() throws Exception {
    String bytes = new String(PASSWORD.getBytes(UTF_8), ISO_8859_1);

    settings.set(Map.of("requirepass", bytes));

    assertThat(conf.now().get(SettingsTable.REQUIREPASS)).isEqualTo(PASSWORD);
    assertThat(settings.get(List.of("requirepass")))
        .containsExactly(Map.entry("requirepass", bytes));
  }

  @Test
  void refusesBytesThatAreNoText() {
    assertThatThrownBy(() -> settings.set(Map.of("requirepass", "\u00ff")))
        .isInstanceOf(CommandException.class)
        .hasMessage("ERR CONFIG SET failed - the value must be UTF-8 text");
  }

  @Test
  void passesRefusalsOnAsErrors() {
    assertThatThrownBy(() -> settings.set(Map.of("nosuch", "1")))
        .isInstanceOf(CommandException.class)
        .hasMessage("ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'");
    assertThatThrownBy(settings::rewrite)
        .isInstanceOf(CommandException.class)
        .hasMessage("ERR The server is running without a config file");
  }
}
