package io.pikareplica.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PasswordsTest {
  private static final String RIGHT = "pass wörd\u0000";

  @Test
  void takesTheRightOne() {
    assertThat(Passwords.match(RIGHT, new String(RIGHT.toCharArray()))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "p", "pass wörd", "pass wörd\u0000\u0000", "Pass wörd\u0000"})
  void refusesAnyOther(String given) {
    assertThat(Passwords.match(RIGHT, given)).isFalse();
  }

  /** The time that a refusal takes says nothing about how much of the word was right. */
  @Test
  void comparesInATimeThatSaysNothing() {
    classes()
        .that()
        .haveSimpleName("Passwords")
        .or()
        .haveSimpleName("ReplRequests")
        .should()
        .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
        .check(new ClassFileImporter().importPackages("io.pikareplica"));
  }
}
