package io.pikareplica.server.conf;

import java.util.Locale;

/** A yes or a no; Pika also reads true and false, 1 and 0. */
record YesNoType() implements ValueType<Boolean> {
  @Override
  public Boolean parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "yes", "true", "1" -> true;
      case "no", "false", "0" -> false;
      default ->
          throw new BadValueException(
              "'" + text + "' must be " + words(), "argument must be 'yes' or 'no'");
    };
  }

  @Override
  public String words() {
    return "yes or no";
  }

  @Override
  public String placeholder() {
    return "yes|no";
  }

  @Override
  public String show(Boolean value) {
    return value ? "yes" : "no";
  }
}
