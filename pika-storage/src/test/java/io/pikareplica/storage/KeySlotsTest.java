package io.pikareplica.storage;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeySlotsTest {
  @ParameterizedTest
  @CsvSource({
    "foo, 289, 1",
    "{tag}x, 899, 2",
    "tag, 899, 2",
    "a{}b, 0, 0",
    "'', 0, 0",
    "user:1000, 995, 2",
    "}{a}, 579, 0",
    "{a, 780, 0"
  })
  void dealsKeysAsPikaDoes(String key, int slot, int instance) {
    byte[] bytes = key.getBytes(ISO_8859_1);

    assertThat(KeySlots.slotOf(bytes, 1024)).isEqualTo(slot);
    assertThat(KeySlots.instanceOf(bytes, DbOptions.DEFAULT)).isEqualTo(instance);
  }
}
