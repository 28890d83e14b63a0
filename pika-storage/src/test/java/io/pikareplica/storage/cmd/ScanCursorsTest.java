package io.pikareplica.storage.cmd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScanCursorsTest {
  private final byte[] key = {'k'};

  @Test
  void findsThePlaceOfACursorForTheSameKeyOnly() {
    ScanCursors cursors = new ScanCursors(10);
    long cursor = cursors.put(key, new byte[] {'n'});
    assertThat(cursors.find(new byte[] {'k'}, cursor)).contains(new byte[] {'n'});
    assertThat(cursors.find(new byte[] {'o'}, cursor)).isEmpty();
    assertThat(cursors.find(key, cursor + 1)).isEmpty();
    assertThat(cursor).isPositive().isLessThan(1L << 53);
  }

  @Test
  void forgetsTheCursorThatWasNotUsedForLongest() {
    ScanCursors cursors = new ScanCursors(2);
    long first = cursors.put(key, new byte[] {1});
    long second = cursors.put(key, new byte[] {2});
    assertThat(cursors.find(key, first)).isPresent();
    cursors.put(key, new byte[] {3});
    assertThat(cursors.find(key, first)).isPresent();
    assertThat(cursors.find(key, second)).isEmpty();
  }
}
