package io.apictck.reports.run;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run is asked for.
 *
 * @param target what is tested, {@code name[:key=value,...]}
 * @param selection which tests
 * @param shard which part of them
 * @param output the result folder
 * @param seed chooses the samples of sweeps
 * @param testTimeout wall-clock bound of a test in seconds
 * @param knownIssues file of known issues
 * @param jobs how many tests run at the same time; if empty, as many as the target allows
 * @param site whether pages and the Allure report are built
 * @param wholeTraces whether pages of tests hold all that was kept of their traces
 */
public record RunOptions(
    String target,
    Selection selection,
    Shard shard,
    Path output,
    long seed,
    int testTimeout,
    Optional<Path> knownIssues,
    Optional<Integer> jobs,
    boolean site,
    boolean wholeTraces) {}
