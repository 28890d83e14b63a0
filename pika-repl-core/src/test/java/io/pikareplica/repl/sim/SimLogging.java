package io.pikareplica.repl.sim;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * What production code logs, for a simulation that listens: errors that the code has caught and
 * survived would go unseen else. Silent on threads where nobody listens.
 */
public final class SimLogging implements SLF4JServiceProvider {
  /** Takes what is logged on the thread that has set it. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param cause null for none
     */
    void logged(Level level, String message, Throwable cause);
  }

  private static final ThreadLocal<Listener> LISTENER = new ThreadLocal<>();
  private static volatile Level lowest = Level.WARN;

  private final Map<String, Logger> loggers = new ConcurrentHashMap<>();
  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter mdc = new NOPMDCAdapter();

  /** Listens to what is logged on this thread from now on; null for nobody. */
  public static void listen(Listener listener) {
    LISTENER.set(listener);
  }

  /** What is worth to be formatted. */
  public static void lowest(Level level) {
    lowest = level;
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return name -> loggers.computeIfAbsent(name, SimLogger::new);
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return mdc;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {
    // nothing to be made ready
  }

  private static boolean isOn(Level level) {
    return level.toInt() >= lowest.toInt() && LISTENER.get() != null;
  }

  private static final class SimLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1L;

    SimLogger(String name) {
      this.name = name;
    }

    @Override
    protected String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level, Marker marker, String message, Object[] arguments, Throwable cause) {
      LISTENER.get().logged(level, MessageFormatter.basicArrayFormat(message, arguments), cause);
    }

    @Override
    public boolean isTraceEnabled() {
      return isOn(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
      return isOn(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
      return isOn(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
      return isOn(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
      return isOn(Level.ERROR);
    }
  }
}
