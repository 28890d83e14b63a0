package io.pikareplica.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** Records as a running Pika wrote them. */
class MetaRecordTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String ZEROS_8 = "00".repeat(8);
  private static final String ZEROS_16 = "00".repeat(16);
  private static final long SOME_TIME = 1_795_334_223_762L;

  @Test
  void readsAndWritesAString() {
    byte[] recorded =
        HEX.parseHex("00" + "76373636" + ZEROS_16 + "92374202a2010080" + "7a3b4202a2010080");

    StringRecord record = (StringRecord) decode(recorded);

    assertThat(record.value()).asHexString().isEqualTo("76373636");
    assertThat(record.ctimeMs()).isEqualTo(SOME_TIME);
    assertThat(record.etimeMs()).isEqualTo(SOME_TIME + 1000);
    assertThat(record.isHyperLogLog()).isFalse();
    assertThat(record.encode()).isEqualTo(recorded);
    assertThat(record.isLive(SOME_TIME + 1000)).isTrue();
    assertThat(record.isLive(SOME_TIME + 1001)).isFalse();
  }

  @Test
  void readsAndWritesAHash() {
    byte[] recorded =
        HEX.parseHex(
            "01" + "01000000" + "45194f02a2010000" + ZEROS_16 + "45194f02a2010080" + ZEROS_8);

    CollectionMeta meta = (CollectionMeta) decode(recorded);

    assertThat(meta)
        .isEqualTo(new CollectionMeta(DataType.HASH, 1, 0x1a2024f1945L, 0x1a2024f1945L, 0));
    assertThat(meta.encode()).isEqualTo(recorded);
  }

  @Test
  void readsAListWhateverStandsInItsHoles() {
    String start = "03" + "0200000000000000" + "401a4f02a2010000" + "feffffffffffff7f";
    String end = "0100000000000080";
    String tail = ZEROS_16 + ZEROS_8 + ZEROS_8;
    byte[] recorded = HEX.parseHex(start + "1000000000000098" + end + "223e42907f000000" + tail);

    ListMeta meta = (ListMeta) decode(recorded);

    assertThat(meta)
        .isEqualTo(new ListMeta(2, 0x1a2024f1a40L, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1, 0, 0));
    assertThat(meta.encode()).isEqualTo(HEX.parseHex(start + ZEROS_8 + end + ZEROS_8 + tail));
  }

  @Test
  void readsAndWritesAStream() {
    byte[] recorded =
        HEX.parseHex(
            "05"
                + "00000000"
                + "0200000000000000"
                + "7f374202a2010000"
                + ZEROS_8
                + "94374202a2010000"
                + ZEROS_8
                + "01000000000000000100000000000000"
                + "02000000"
                + "0200000000000000");

    StreamMeta meta = (StreamMeta) decode(recorded);

    assertThat(meta)
        .isEqualTo(
            new StreamMeta(
                2,
                new StreamId(0x1a20242377fL, 0),
                new StreamId(0x1a202423794L, 0),
                new StreamId(1, 1),
                2,
                2));
    assertThat(meta.encode()).isEqualTo(recorded);
  }

  @Test
  void readsRowValues() {
    assertThat(RowValue.decode(HEX.parseHex("382e31" + ZEROS_16 + "ea1a4f02a2010080")))
        .asHexString()
        .isEqualToIgnoringCase("382e31");
    assertThat(RowValue.marker(0x1a2024f18ccL))
        .isEqualTo(HEX.parseHex(ZEROS_16 + "cc184f02a2010080"));
    assertThat(RowValue.score(1, 0x1a2024f1898L))
        .isEqualTo(HEX.parseHex("000000000000f03f" + ZEROS_16 + "98184f02a2010080"));
    byte[] message = HEX.parseHex("01000000660400000076363237010000006704000000" + "76343735");
    List<byte[]> words = RowValue.messageOf(message);
    assertThat(words).hasSize(4);
    assertThat(RowValue.message(words)).isEqualTo(message);
  }

  @Test
  void aValueWithoutItsSuffixIsAllValue() {
    assertThat(RowValue.decode(new byte[] {'4', '2'})).containsExactly('4', '2');
  }

  @Test
  void takesSecondsFromVersion400() {
    byte[] record = new StringRecord(new byte[0], 0, 0).encode();
    record[record.length - 8] = 100;

    assertThat(decode(record).etimeMs()).isEqualTo(100_000);
  }

  @Test
  void refusesRecordsThatAreCut() {
    for (MetaRecord record :
        List.of(
            new StringRecord(new byte[0], 1, 1),
            CollectionMeta.create(DataType.ZSET, 1, 1),
            ListMeta.create(1, 1),
            StreamMeta.create(1))) {
      byte[] whole = record.encode();
      for (int length = 1; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> MetaRecord.decode(cut))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThat(MetaRecord.decode(new byte[0])).isEmpty();
    assertThat(MetaRecord.decode(new byte[] {6, 1, 2})).isEmpty();
  }

  @Property
  void stringsSurvive(
      @ForAll byte[] value,
      @ForAll boolean isHyperLogLog,
      @ForAll @LongRange(min = 1, max = 1L << 50) long etimeMs) {
    StringRecord record =
        (StringRecord) decode(new StringRecord(value, isHyperLogLog, 0, etimeMs).encode());

    assertThat(record.value()).isEqualTo(value);
    assertThat(record.isHyperLogLog()).isEqualTo(isHyperLogLog);
    assertThat(record.etimeMs()).isEqualTo(etimeMs);
  }

  @Property
  void collectionsSurvive(
      @ForAll int count,
      @ForAll long version,
      @ForAll @LongRange(min = 0, max = 1L << 50) long ctimeMs,
      @ForAll @LongRange(min = 0, max = 1L << 50) long etimeMs) {
    CollectionMeta collection = new CollectionMeta(DataType.SET, count, version, ctimeMs, etimeMs);
    assertThat(decode(collection.encode())).isEqualTo(collection);
    ListMeta list = new ListMeta(count, version, version + 1, ~version, ctimeMs, etimeMs);
    assertThat(decode(list.encode())).isEqualTo(list);
    StreamMeta stream =
        new StreamMeta(
            version,
            new StreamId(version, ctimeMs),
            new StreamId(etimeMs, version),
            new StreamId(1, 2),
            count,
            version);
    assertThat(decode(stream.encode())).isEqualTo(stream);
  }

  private static MetaRecord decode(byte[] bytes) {
    return MetaRecord.decode(bytes).orElseThrow();
  }
}
