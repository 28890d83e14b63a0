package io.pikareplica.storage.golden;

import java.util.Optional;

/**
 * One key in the canonical form of the expected files.
 *
 * @param type Pika's word for it
 * @param value text and nested lists of text, one char a byte: hashes and sets sorted, zsets as
 *     {@code [member, score]} in order, streams as {@code [id, [field, value, …]]}
 * @param expireAtMs empty without an expiry
 */
public record DumpedKey(String key, String type, Object value, Optional<Long> expireAtMs) {}
