package io.pikareplica.server.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.repl.HostPort;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValueTypeTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1,1",
    "1k,1024",
    "1K,1024",
    "1kb,1024",
    "100mb,104857600",
    "2G,2147483648",
    "7b,7"
  })
  void readsSizesWithUnits(String text, long bytes) {
    assertThat(NumberType.size(0, Long.MAX_VALUE).parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "k", "1t", "1.5G", "1 K", "0x10", "999999999999999999g", "86400 * 7;", "١"})
  void refusesWhatIsNoSize(String text) {
    assertThatThrownBy(() -> NumberType.size(0, Long.MAX_VALUE).parse(text))
        .isInstanceOf(BadValueException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1K", "+1", "1.0", "one", "9999999999999999999", "--1"})
  void refusesWhatIsNoNumber(String text) {
    assertThatThrownBy(() -> NumberType.number(0, Long.MAX_VALUE).parse(text))
        .isInstanceOf(BadValueException.class);
  }

  @Property
  void showsEverySizeSoThatItIsReadAgain(@ForAll @LongRange(min = 0) long bytes) {
    NumberType type = NumberType.size(0, Long.MAX_VALUE);

    if (bytes < 1_000_000_000_000_000_000L) {
      assertThat(type.parse(type.show(bytes))).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1:9221,10.0.0.1,9221",
    "10.0.0.1 9221,10.0.0.1,9221",
    "::1:9221,::1,9221",
    "fe80::1 65535,fe80::1,65535"
  })
  void readsAddressesOfBothForms(String text, String host, int port) {
    assertThat(new AddressType().parse(text)).contains(new HostPort(host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"host", "host:", ":1", "host:0", "host:65536", "host:1x", "a b 1", "h\u0007:1"})
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> new AddressType().parse(text)).isInstanceOf(BadValueException.class);
  }

  @Test
  void takesNoOneForNoMaster() {
    assertThat(new AddressType().parse("no one")).isEmpty();
    assertThat(new AddressType().parse("")).isEmpty();
  }

  @Test
  void refusesLineBreaksInText() {
    assertThatThrownBy(() -> TextType.password().parse("a\nport : 1"))
        .isInstanceOf(BadValueException.class);
  }

  @Test
  void everyDefaultIsGood() {
    for (Setting<?> setting : SettingsTable.all()) {
      assertThat(setting.canonical(setting.defaultText())).as(setting.name()).isNotNull();
    }
  }

  private static List<String> names(Setting<?> setting) {
    List<String> names = new ArrayList<>(setting.aliases());
    names.add(setting.name());
    return names;
  }

  @Test
  void noNameIsGivenTwice() {
    assertThat(SettingsTable.all()).flatMap(setting -> names(setting)).doesNotHaveDuplicates();
    assertThat(PikaKeys.all()).noneMatch(key -> SettingsTable.find(key.name()).isPresent());
  }
}
