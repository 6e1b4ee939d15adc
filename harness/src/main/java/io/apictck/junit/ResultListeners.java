package io.apictck.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.engine.support.store.Namespace;
import org.junit.platform.launcher.LauncherSession;

/** The listeners of a launcher session. */
public final class ResultListeners {
  private static final String NAMESPACE = ResultListeners.class.getName();
  private static final String KEY = "registered";

  private final List<ResultListener> listeners;

  private ResultListeners(List<ResultListener> listeners) {
    this.listeners = listeners;
  }

  /** Adds a listener for the tests of one launcher session, before they run. */
  public static void register(LauncherSession session, ResultListener listener) {
    session
        .getStore()
        .getOrComputeIfAbsent(
            Namespace.create(NAMESPACE), KEY, ignored -> load(), ResultListeners.class)
        .listeners
        .add(listener);
  }

  static ResultListeners of(ExtensionContext context) {
    return context
        .getStore(
            ExtensionContext.StoreScope.LAUNCHER_SESSION,
            ExtensionContext.Namespace.create(NAMESPACE))
        .getOrComputeIfAbsent(KEY, ignored -> load(), ResultListeners.class);
  }

  private static ResultListeners load() {
    List<ResultListener> found = new ArrayList<>();
    ServiceLoader.load(ResultListener.class).forEach(found::add);
    return new ResultListeners(new CopyOnWriteArrayList<>(found));
  }

  void testFinished(TestResult result) {
    listeners.forEach(listener -> listener.testFinished(result));
  }
}
