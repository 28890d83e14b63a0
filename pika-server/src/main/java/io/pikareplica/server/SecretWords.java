package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.Args;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;

/** Hides passwords in a call before somebody else sees it. */
final class SecretWords {
  private static final byte[] HIDDEN = "(redacted)".getBytes(ISO_8859_1);

  /** Settings that are passwords; one that is unknown may be meant as one of them. */
  private static final Set<String> SECRETS = Set.of("requirepass", "masterauth", "userpass");

  private SecretWords() {}

  /** The call as it may be shown. */
  static Args masked(Args args) {
    String name = args.name();
    if (name.equals("auth")) {
      return maskedFrom(args, 1);
    }
    if (name.equals("hello")) {
      return maskedFrom(args, 2);
    }
    if (name.equals("config") && args.size() > 3 && args.is(1, "set")) {
      return masked(args, i -> i > 2 && i % 2 == 1 && isSecret(args.text(i - 1)));
    }
    return args;
  }

  private static boolean isSecret(String setting) {
    return SECRETS.contains(setting.toLowerCase(Locale.ROOT));
  }

  private static Args maskedFrom(Args args, int first) {
    return masked(args, i -> i >= first);
  }

  private static Args masked(Args args, IntPredicate isHidden) {
    List<byte[]> words = new ArrayList<>(args.from(0));
    for (int i = 0; i < words.size(); i++) {
      if (isHidden.test(i)) {
        words.set(i, HIDDEN);
      }
    }
    return Args.of(words);
  }
}
