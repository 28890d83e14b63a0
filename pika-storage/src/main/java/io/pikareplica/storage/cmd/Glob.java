package io.pikareplica.storage.cmd;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A pattern of KEYS, MATCH and their like, as Redis and Pika read it (stringmatchlen in
 * src/pstd/src/pstd_string.cc): {@code *}, {@code ?}, {@code [a-c]}, {@code [^x]}, and a backslash
 * in front of a byte that is meant as it stands. Unlike the original it never takes longer than
 * pattern length times text length. Immutable.
 */
public final class Glob {
  /** Matches everything. */
  static final Glob ALL = new Glob(new byte[] {'*'});

  /** In a step that stands for {@code *}; the other steps are the bytes that they take. */
  private static final int STAR = 256;

  private final BitSet[] steps;

  /** Reads a pattern; every text is one. */
  public Glob(byte[] pattern) {
    List<BitSet> parsed = new ArrayList<>();
    for (int at = 0; at < pattern.length; ) {
      switch (pattern[at]) {
        case '*' -> {
          if (parsed.isEmpty() || !parsed.get(parsed.size() - 1).get(STAR)) {
            parsed.add(one(STAR));
          }
          at++;
        }
        case '?' -> {
          parsed.add(everyByte());
          at++;
        }
        case '[' -> at = addClass(pattern, at + 1, parsed);
        case '\\' -> {
          int literal = at + 1 < pattern.length ? at + 1 : at;
          parsed.add(one(pattern[literal] & 0xFF));
          at = literal + 1;
        }
        default -> parsed.add(one(pattern[at++] & 0xFF));
      }
    }
    steps = parsed.toArray(new BitSet[0]);
  }

  /** Reads a class behind its bracket; one without an end reaches to the end of the pattern. */
  private static int addClass(byte[] pattern, int from, List<BitSet> parsed) {
    int at = from;
    boolean negated = at < pattern.length && pattern[at] == '^';
    at += negated ? 1 : 0;
    BitSet bytes = new BitSet(256);
    while (at < pattern.length && pattern[at] != ']') {
      if (pattern[at] == '\\' && at + 1 < pattern.length) {
        bytes.set(pattern[at + 1] & 0xFF);
        at += 2;
      } else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
        int first = pattern[at] & 0xFF;
        int last = pattern[at + 2] & 0xFF;
        bytes.set(Math.min(first, last), Math.max(first, last) + 1);
        at += 3;
      } else {
        bytes.set(pattern[at++] & 0xFF);
      }
    }
    if (negated) {
      bytes.flip(0, 256);
    }
    parsed.add(bytes);
    return at + 1;
  }

  private static BitSet one(int step) {
    BitSet bytes = new BitSet(STAR + 1);
    bytes.set(step);
    return bytes;
  }

  private static BitSet everyByte() {
    BitSet bytes = new BitSet(256);
    bytes.set(0, 256);
    return bytes;
  }

  /** Whether every text matches, so that looking at it is not needed. */
  boolean matchesAll() {
    return steps.length == 1 && steps[0].get(STAR);
  }

  public boolean matches(byte[] text) {
    int step = 0;
    int at = 0;
    int lastStar = -1; // on a mismatch the last star takes one byte more; earlier ones need not
    int starFrom = 0;
    while (at < text.length) {
      if (step < steps.length && steps[step].get(STAR)) {
        lastStar = step++;
        starFrom = at;
      } else if (step < steps.length && steps[step].get(text[at] & 0xFF)) {
        step++;
        at++;
      } else if (lastStar >= 0) {
        step = lastStar + 1;
        at = ++starFrom;
      } else {
        return false;
      }
    }
    while (step < steps.length && steps[step].get(STAR)) {
      step++;
    }
    return step == steps.length;
  }
}
