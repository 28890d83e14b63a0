package io.pikareplica.server.conf;

import java.util.regex.Pattern;

/** A size, or a percentage as Redis writes it: {@code 64M}, {@code 40%}, {@code 0}. */
record ShareType() implements ValueType<MemoryShare> {
  private static final NumberType SIZE = NumberType.size(0, 1L << 40);
  private static final Pattern PERCENT = Pattern.compile("(100|[0-9]{1,2})%");

  @Override
  public MemoryShare parse(String text) {
    if (PERCENT.matcher(text).matches()) {
      return new MemoryShare(Long.parseLong(text.substring(0, text.length() - 1)), true);
    }
    try {
      return new MemoryShare(SIZE.parse(text), false);
    } catch (BadValueException e) {
      throw new BadValueException(
          "'" + text + "' must be " + words(), "argument must be a memory or percent value");
    }
  }

  @Override
  public String show(MemoryShare value) {
    return value.amount() + (value.isPercent() ? "%" : "");
  }

  @Override
  public String words() {
    return "a size, such as 64M, or a part, from 0% to 100%";
  }

  @Override
  public String range() {
    return "SIZE or 0% to 100%";
  }

  @Override
  public String placeholder() {
    return "SIZE|N%";
  }
}
