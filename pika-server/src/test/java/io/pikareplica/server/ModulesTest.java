package io.pikareplica.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may know whom. */
class ModulesTest {
  private static final String ROOT = "io.pikareplica.";
  private static final List<String> ALL =
      List.of("proto", "binlog", "storage", "repl", "info", "server", "bench");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-test"))
          .importPackages("io.pikareplica");

  @Test
  void seesTheClassesOfEveryModule() {
    for (String module : ALL.subList(0, ALL.size() - 1)) {
      assertThat(CLASSES)
          .as(module)
          .anyMatch(type -> type.getPackageName().startsWith(ROOT + module));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "proto, ''",
    "binlog, ''",
    "storage, binlog",
    "repl, binlog storage proto",
    "info, binlog storage repl",
    "server, binlog storage repl info"
  })
  void knowsOnlyWhatIsBelowIt(String module, String below) {
    List<String> others = new ArrayList<>(ALL);
    others.remove(module);
    others.removeAll(List.of(below.split(" ")));

    noClasses()
        .that()
        .resideInAPackage(ROOT + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            others.stream().map(other -> ROOT + other + "..").toArray(String[]::new))
        .check(CLASSES);
  }

  @ParameterizedTest
  @CsvSource({
    "org.rocksdb, storage",
    "io.netty, repl server",
    "com.google.protobuf, proto repl",
    "picocli, server",
    "ch.qos.logback, server"
  })
  void onlySomeKnowALibrary(String library, String modules) {
    String[] packages =
        List.of(modules.split(" ")).stream()
            .map(module -> ROOT + module + "..")
            .toArray(String[]::new);

    noClasses()
        .that()
        .resideOutsideOfPackages(packages)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library + "..")
        .check(CLASSES);
  }

  @Test
  void settingsKnowNothingOfTheClientPort() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "server.conf..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "server")
        .check(CLASSES);
  }

  @Test
  void everyClassIsInAModule() {
    classes()
        .should()
        .resideInAnyPackage(ALL.stream().map(module -> ROOT + module + "..").toArray(String[]::new))
        .check(CLASSES);
  }
}
