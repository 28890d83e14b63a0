package io.pikareplica.storage.cmd;

import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.codec.CollectionMeta;
import io.pikareplica.storage.codec.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Union, intersection and difference of sets that may lie in several instances; in bytewise order.
 * All keys are judged first, so a key of another type is an error wherever it stands.
 */
final class SetAlgebra {
  private SetAlgebra() {}

  static SortedSet<byte[]> union(ReadContext context, List<byte[]> keys) throws CommandException {
    SortedSet<byte[]> all = empty();
    for (Operand set : operands(context, keys)) {
      all.addAll(set.members(context));
    }
    return all;
  }

  static SortedSet<byte[]> intersection(ReadContext context, List<byte[]> keys)
      throws CommandException {
    List<Operand> sets = operands(context, keys);
    SortedSet<byte[]> common = empty();
    if (sets.stream().anyMatch(set -> set.meta.isEmpty())) {
      return common;
    }
    for (byte[] member : sets.get(0).members(context)) {
      if (sets.stream().skip(1).allMatch(set -> set.contains(context, member))) {
        common.add(member);
      }
    }
    return common;
  }

  /** What is in the first set and in none of the others. */
  static SortedSet<byte[]> difference(ReadContext context, List<byte[]> keys)
      throws CommandException {
    List<Operand> sets = operands(context, keys);
    SortedSet<byte[]> rest = empty();
    for (byte[] member : sets.get(0).members(context)) {
      if (sets.stream().skip(1).noneMatch(set -> set.contains(context, member))) {
        rest.add(member);
      }
    }
    return rest;
  }

  private static SortedSet<byte[]> empty() {
    return new TreeSet<>(Arrays::compareUnsigned);
  }

  private static List<Operand> operands(ReadContext context, List<byte[]> keys)
      throws CommandException {
    List<Operand> sets = new ArrayList<>();
    for (byte[] key : keys) {
      sets.add(new Operand(key, Keys.collection(context, key, DataType.SET)));
    }
    return sets;
  }

  /** One set, which may be absent. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Operand(byte[] key, Optional<CollectionMeta> meta) {
    List<byte[]> members(ReadContext context) {
      return meta.map(live -> SetReads.members(context.rows(key), key, live, Integer.MAX_VALUE))
          .orElse(List.of());
    }

    boolean contains(ReadContext context, byte[] member) {
      return meta.isPresent() && SetReads.contains(context.rows(key), key, meta.get(), member);
    }
  }
}
