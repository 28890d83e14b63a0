package io.pikareplica.repl.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikareplica.repl.ReplicationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileListTest {
  private static List<String> names(String... more) {
    List<String> names = new ArrayList<>(List.of("1/CURRENT", "0/CURRENT", "info"));
    names.addAll(List.of(more));
    return names;
  }

  @Test
  void namesComeInOrderAndWithoutTheInfo() throws ReplicationException {
    assertThat(FileList.check(names("0/000021.sst", "1/MANIFEST-000005"), 2))
        .containsExactly("0/000021.sst", "0/CURRENT", "1/CURRENT", "1/MANIFEST-000005");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "..",
        "0/",
        "0/.",
        "0/..",
        "0/../x",
        "../0/x",
        "/etc/passwd",
        "0//x",
        "0/a/b",
        "0\\x",
        "0/a\\b",
        "0/a\0b",
        "0/.hidden",
        "00/x",
        "-1/x",
        "1000/x",
        "x",
        "INFO",
        "info/x",
        "0/a b",
        "0/a\n"
      })
  void anyOtherNameIsRefused(String name) {
    assertThatThrownBy(() -> FileList.check(names(name), 2))
        .isInstanceOf(ReplicationException.class)
        .hasMessageEndingWith("is outside the snapshot");
  }

  @Test
  void aVeryLongNameIsRefused() {
    assertThatThrownBy(() -> FileList.check(names("0/" + "x".repeat(300)), 2))
        .hasMessageContaining("is outside the snapshot")
        .message()
        .hasSizeLessThan(200);
  }

  @Test
  void aNameThatComesTwiceIsRefused() {
    assertThatThrownBy(() -> FileList.check(names("0/CURRENT"), 2))
        .hasMessage("the file '0/CURRENT' is listed twice");
  }

  @Test
  void tooManyNamesAreRefused() {
    assertThatThrownBy(() -> FileList.check(Collections.nCopies(200_001, "0/x"), 2))
        .hasMessage("the snapshot has 200001 files, more than 200000");
  }

  @Test
  void otherInstancesThanOursAreRefused() {
    assertThatThrownBy(() -> FileList.check(names(), 1))
        .hasMessage("the snapshot has an instance 1, but db-instance-num is 1");
    assertThatThrownBy(() -> FileList.check(names(), 3))
        .hasMessage("the snapshot has no instance 2, but db-instance-num is 3");
  }

  @Test
  void theLayoutOfAnOlderPikaIsNamed() {
    for (String name : List.of("strings/CURRENT", "hashes/CURRENT")) {
      assertThatThrownBy(() -> FileList.check(names(name), 2))
          .hasMessage("the master's snapshot has the layout of Pika 3.5, not that of 4.0");
    }
  }

  @Test
  void aListWithoutInfoIsRefused() {
    assertThatThrownBy(() -> FileList.check(List.of("0/CURRENT"), 1))
        .hasMessage("the snapshot has no file info");
  }
}
