package io.pikareplica.storage.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HyperLogLogTest {
  private final HyperLogLog log = HyperLogLog.of(new byte[0]);

  private static byte[] bytes(String text) {
    return text.getBytes(US_ASCII);
  }

  /** Seen in a running Pika. */
  @ParameterizedTest
  @CsvSource({"x, 787831ff, 12799, 3", "y, 1d109120, 37152, 4", "z, 7add291e, 76062, 2"})
  void putsValuesWherePikaDoes(String value, String hash, int register, int rank) {
    assertThat(HyperLogLog.murmur3(bytes(value))).isEqualTo(Integer.parseUnsignedInt(hash, 16));
    log.add(bytes(value));
    byte[] registers = log.registers();
    assertThat(registers[register]).isEqualTo((byte) rank);
    registers[register] = 0;
    assertThat(registers).containsOnly(0);
  }

  /** Of the reference code, seed 313. */
  @ParameterizedTest
  @CsvSource({
    "'', eec5c645",
    "'a', c699e1e8",
    "'ab', 9fb13da3",
    "'abc', 08dfdc83",
    "'abcd', 4db07aac",
    "'abcde', 0ec08583",
    "'abcdef', e106ab78",
    "'abcdefg', 8b5cb7fd",
    "'abcdefgh12345', 268618aa"
  })
  void hashesEveryLengthOfTail(String value, String hash) {
    assertThat(HyperLogLog.murmur3(bytes(value))).isEqualTo(Integer.parseUnsignedInt(hash, 16));
  }

  @Test
  void estimatesWithinAPercent() {
    assertThat(log.estimate()).isZero();
    for (int i = 0; i < 500_000; i++) {
      log.add(bytes("v" + i));
      if (i == 9 || i == 9_999) {
        assertThat(log.estimate()).isCloseTo(i + 1, within((i + 1) / 100));
      }
    }
    assertThat(log.estimate()).isCloseTo(500_000, within(5_000));
  }

  @Test
  void mergesSmallerRegistersBitByBit() {
    byte[] low = new byte[131072];
    byte[] high = new byte[131072];
    low[5] = 5;
    high[5] = 10;
    low[6] = 10;
    high[6] = 5;
    HyperLogLog merged = HyperLogLog.of(low);
    merged.merge(HyperLogLog.of(high));
    assertThat(merged.registers()[5]).isEqualTo((byte) 15);
    assertThat(merged.registers()[6]).isEqualTo((byte) 10);
  }

  @Test
  void knowsWhatCannotBeRegisters() {
    byte[] value = new byte[131072];
    assertThat(HyperLogLog.isRegisters(value)).isTrue();
    value[9] = 32;
    assertThat(HyperLogLog.isRegisters(value)).isFalse();
    value[9] = -1;
    assertThat(HyperLogLog.isRegisters(value)).isFalse();
    assertThat(HyperLogLog.isRegisters(new byte[131071])).isFalse();
    assertThatThrownBy(() -> HyperLogLog.of(new byte[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 bytes are no HyperLogLog");
  }
}
