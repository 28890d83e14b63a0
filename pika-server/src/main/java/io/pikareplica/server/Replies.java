package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.Reply;
import java.util.List;

/** Replies that several commands give. */
final class Replies {
  /** Stands for no reply at all; told by identity. What there was to say was sent already. */
  static final Reply NONE = new Reply.Status("");

  static final Reply NO_AUTH = Reply.error("NOAUTH Authentication required.");
  static final Reply READ_ONLY =
      Reply.error("READONLY You can't write against a read only replica.");

  private Replies() {}

  /** Text whose chars are bytes, as {@link io.pikareplica.storage.Args#text} gives it. */
  static Reply latin1(String text) {
    return Reply.bulk(text.getBytes(ISO_8859_1));
  }

  static Reply latin1s(List<String> texts) {
    return Reply.array(texts.stream().map(Replies::latin1).toList());
  }

  static boolean isFailure(Reply reply) {
    return reply.kind() == Reply.Kind.FAILURE;
  }
}
