package io.pikareplica.repl.sync;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.repl.ReplicationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotInfoTest {
  private static SnapshotInfo parse(String text) throws ReplicationException {
    return SnapshotInfo.parse(text.getBytes(US_ASCII));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3s\n10.0.0.1\n9221\n12\n40960\n",
        "3s\n10.0.0.1\n9221\n12\n40960",
        "3s\n10.0.0.1\n9221\n12\n40960\n0\n77\n",
        "3s\n10.0.0.1\n9221\n12\n40960\n0\n77\nanything\n"
      })
  void theOffsetIsInLinesFourAndFive(String text) throws ReplicationException {
    assertThat(parse(text).offset()).isEqualTo(new BinlogOffset(12, 40960));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n\n\n\n",
        "3s\n10.0.0.1\n9221\n12\n",
        "3s\n10.0.0.1\n9221\n12\nx\n",
        "3s\n10.0.0.1\n9221\n-1\n40960\n",
        "3s\n10.0.0.1\n9221\n4294967296\n40960\n",
        "3s\n10.0.0.1\n9221\n12\n4294967296\n",
        "3s\n10.0.0.1\n9221\n12\n99999999999999999999\n",
        "3s\n10.0.0.1\nport\n12\n40960\n",
        "3s\n10.0.0.1\n9221\n12\n40960\nx\n",
        "3s\n10.0.0.1\n9221\n12\n40960\n0\n0\n8\n9\n"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(ReplicationException.class)
        .hasMessageStartingWith("the snapshot's info is not what Pika writes: ");
  }

  @Test
  void anInfoCutAtAnyByteIsRefusedOrHasAShorterOffset() throws ReplicationException {
    String whole = "3s\n10.0.0.1\n9221\n12\n40960\n";
    for (int length = 0; length < whole.length(); length++) {
      String cut = whole.substring(0, length);
      try {
        assertThat(parse(cut).offset().offset()).isLessThanOrEqualTo(40960);
      } catch (ReplicationException e) {
        assertThat(e.kind()).isEqualTo(ReplicationException.Kind.PROTOCOL);
      }
    }
  }
}
