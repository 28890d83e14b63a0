package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.Args;
import java.util.ArrayList;
import java.util.List;

/** Hides passwords in a call before somebody else sees it. */
final class SecretWords {
  private static final byte[] HIDDEN = "(redacted)".getBytes(ISO_8859_1);

  private SecretWords() {}

  /** The call as it may be shown. */
  static Args masked(Args args) {
    String name = args.name();
    if (name.equals("auth")) {
      return maskedFrom(args, 1);
    }
    if (name.equals("hello") || (name.equals("config") && args.is(1, "set"))) {
      return maskedFrom(args, 2);
    }
    return args;
  }

  private static Args maskedFrom(Args args, int first) {
    List<byte[]> words = new ArrayList<>(args.from(0));
    for (int i = first; i < words.size(); i++) {
      words.set(i, HIDDEN);
    }
    return Args.of(words);
  }
}
