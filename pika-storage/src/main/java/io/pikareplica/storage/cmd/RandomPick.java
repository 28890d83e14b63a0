package io.pikareplica.storage.cmd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Members of a set by chance, each as likely as any other. */
final class RandomPick {
  private RandomPick() {}

  /** Up to {@code count} different members, in random order. Reorders the list. */
  static List<byte[]> distinct(List<byte[]> members, long count, RandomGenerator random) {
    int wanted = (int) Math.min(count, members.size());
    for (int i = 0; i < wanted; i++) {
      Collections.swap(members, i, random.nextInt(i, members.size()));
    }
    return new ArrayList<>(members.subList(0, wanted));
  }

  /** {@code count} members, the same one perhaps several times. */
  static List<byte[]> repeating(List<byte[]> members, int count, RandomGenerator random) {
    List<byte[]> picked = new ArrayList<>();
    for (int i = 0; i < count && !members.isEmpty(); i++) {
      picked.add(members.get(random.nextInt(members.size())));
    }
    return picked;
  }
}
