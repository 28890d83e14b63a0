package io.pikareplica.server.sentinel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** A scenario that {@link Setups} runs with several Sentinels and nodes. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(Setups.class)
@interface SentinelTest {
  /** The number under which the README lists it, such as {@code T2}. */
  String value();

  /** Whether every build runs it with both Sentinels, not with one only. */
  boolean isCore() default false;

  /** Whether plain Redis must pass it as well. */
  boolean hasControl() default true;

  /** Whether it takes minutes: then plain Redis has to pass it in the full scope only. */
  boolean isLong() default false;
}
