package io.pikareplica.binlog.hostile;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which branches of some classes have run, as JaCoCo's agent counts them: its probes are the only
 * coverage that a build has anyway. Where the agent is off there are none, and fuzzing is blind.
 * While it is open the probes begin from nothing; {@link #close} gives back what they were.
 */
final class Probes implements AutoCloseable {
  private final List<boolean[]> live = new ArrayList<>();
  private final List<boolean[]> before = new ArrayList<>();

  private Probes() {}

  static Probes of(List<Class<?>> classes) {
    Probes probes = new Probes();
    classes.forEach(probes::add);
    return probes;
  }

  private void add(Class<?> type) {
    boolean[] found = probes(type);
    if (found.length > 0) {
      live.add(found);
      before.add(found.clone());
      Arrays.fill(found, false);
    }
    for (Class<?> nested : type.getDeclaredClasses()) {
      add(nested);
    }
  }

  /** The array that an instrumented class marks its probes in; the agent adds the method. */
  private static boolean[] probes(Class<?> type) {
    for (Method method : type.getDeclaredMethods()) {
      if (method.getName().equals("$jacocoInit")) {
        try {
          method.setAccessible(true);
          return (boolean[])
              (method.getParameterCount() == 0
                  ? method.invoke(null)
                  : method.invoke(null, MethodHandles.lookup(), "$jacocoData", boolean[].class));
        } catch (IllegalAccessException | InvocationTargetException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return new boolean[0];
  }

  int total() {
    return live.stream().mapToInt(probes -> probes.length).sum();
  }

  int covered() {
    int count = 0;
    for (boolean[] probes : live) {
      for (boolean probe : probes) {
        count += probe ? 1 : 0;
      }
    }
    return count;
  }

  @Override
  public void close() {
    for (int i = 0; i < live.size(); i++) {
      for (int j = 0; j < live.get(i).length; j++) {
        live.get(i)[j] |= before.get(i)[j];
      }
    }
  }
}
