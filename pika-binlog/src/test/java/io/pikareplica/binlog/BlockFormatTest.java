package io.pikareplica.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockFormatTest {
  @ParameterizedTest
  @CsvSource({
    "0,61,69",
    "1024,61,1093",
    "65467,61,65536",
    "65475,61,65552",
    "65520,61,65597",
    "65528,61,65605",
    "65529,61,65605",
    "65530,61,65605",
    "65535,61,65605",
    "65536,61,65605",
    "0,65528,65536",
    "0,65529,65545",
    "0,131056,131072",
    "0,131057,131081",
    "65500,200000,265540"
  })
  void endsWhereTheAppendRuleOfPikaEnds(long start, int length, long end) {
    assertThat(BlockFormat.endOf(start, length)).isEqualTo(end);
  }

  @Property
  void agreesWithTheRuleStepByStep(
      @ForAll @LongRange(max = 400_000) long start,
      @ForAll @IntRange(min = 1, max = 400_000) int length) {
    assertThat(BlockFormat.endOf(start, length)).isEqualTo(stepByStep(start, length));
  }

  @Property
  void agreesAtEveryRemainderOfABlock(
      @ForAll @IntRange(max = 40) int left, @ForAll @IntRange(min = 1, max = 131_200) int length) {
    assertThat(BlockFormat.endOf(65_536L - left, length))
        .isEqualTo(stepByStep(65_536L - left, length));
  }

  @Test
  void refusesAnItemWithoutBytes() {
    assertThatThrownBy(() -> BlockFormat.endOf(0, 0)).hasMessage("no item of 0 bytes at 0");
  }

  @Test
  void knowsEachRecordTypeByItsCode() {
    for (RecordType type : RecordType.values()) {
      assertThat(RecordType.of(type.code())).contains(type);
    }
    assertThat(RecordType.of(8)).isEmpty();
    assertThat(RecordType.of(255)).isEmpty();
  }

  private static long stepByStep(long start, int length) {
    long offset = start;
    int left = length;
    do {
      long room = 65_536 - offset % 65_536;
      if (room < 8) {
        offset += room;
        room = 65_536;
      }
      long part = Math.min(left, room - 8);
      offset += 8 + part;
      left -= (int) part;
    } while (left > 0);
    return offset;
  }
}
