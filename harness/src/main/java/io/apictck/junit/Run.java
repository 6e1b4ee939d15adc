package io.apictck.junit;

import io.apictck.platform.PlatformProvider;
import io.apictck.target.TargetSpec;
import io.apictck.target.Targets;
import io.apictck.verdict.KnownIssues;

/**
 * What all tests with the same settings share; it lives as long as the launcher session.
 *
 * @param pool the machines
 * @param knownIssues the known issues of the target
 */
record Run(MachinePool pool, KnownIssues knownIssues) implements AutoCloseable {
  static Run of(RunSettings settings) {
    TargetSpec target = settings.target();
    PlatformProvider provider = Targets.load().find(target);
    KnownIssues issues =
        settings
            .knownIssues()
            .map(KnownIssues::read)
            .orElseGet(() -> KnownIssues.bundled(target.name()));
    return new Run(
        new MachinePool(target.name(), request -> provider.open(target.options(), request)),
        issues);
  }

  @Override
  public void close() {
    pool.close();
  }
}
