package io.pikareplica.server.sentinel;

import io.pikareplica.server.sentinel.Setup.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Which Sentinels and which nodes a scenario meets. Every build: all scenarios with one Sentinel,
 * our nodes and plain Redis, and the core of them with the other Sentinel. With {@code
 * -Dsentinel.scope=full}, as in the profile {@code sentinel}: everything with everything.
 */
final class Setups implements ArgumentsProvider, AnnotationConsumer<SentinelTest> {
  private SentinelTest test;

  @Override
  public void accept(SentinelTest annotation) {
    test = annotation;
  }

  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    boolean isFull = System.getProperty("sentinel.scope", "").equals("full");
    boolean hasSystem = RedisBinary.SYSTEM.isInstalled();
    RedisBinary main = hasSystem ? RedisBinary.SYSTEM : RedisBinary.EMBEDDED;
    RedisBinary other = hasSystem ? RedisBinary.EMBEDDED : RedisBinary.SYSTEM;
    List<Setup> setups = new ArrayList<>();
    add(setups, main, Kind.OURS);
    if (test.hasControl() && (isFull || !test.isLong())) {
      add(setups, main, Kind.STOCK);
    }
    if (test.isCore() || isFull) {
      add(setups, other, Kind.OURS);
    }
    if (test.hasControl() && isFull) {
      add(setups, other, Kind.STOCK);
    }
    return setups.stream().map(Arguments::of);
  }

  private void add(List<Setup> setups, RedisBinary redis, Kind nodes) {
    setups.add(new Setup(test.value(), redis, nodes));
  }
}
