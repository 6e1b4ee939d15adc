package io.apictck.reports.run;

import io.apictck.junit.ResultListener;
import io.apictck.junit.TestResult;
import io.apictck.reports.allure.AllureResults;
import io.apictck.reports.json.TestEntry;
import io.apictck.reports.json.Topic;
import io.apictck.reports.site.TestPage;
import io.apictck.reports.timeline.Timeline;
import io.apictck.reports.timeline.TraceListing;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.verdict.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Takes the results of tests, and writes what Allure reads and the page of each test in a thread of
 * its own, while further tests run or after them.
 */
final class ResultSink implements ResultListener, AutoCloseable {
  /**
   * How many results wait for the end of the run, or for later ones, before they are written.
   * Writing takes as long as a short test and would slow those that run meanwhile by a quarter; a
   * short run writes when its tests are over.
   */
  private static final int BACKLOG = 32;

  private final ResultFolder folder;
  private final Catalogue catalogue;
  private final AllureResults allure;
  private final boolean wholeTraces;
  private final List<TestEntry> entries = new ArrayList<>();
  private final ThreadLocal<Boolean> reported = ThreadLocal.withInitial(() -> false);
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final AtomicReference<Exception> problem = new AtomicReference<>();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("apictck-results").factory());

  ResultSink(ResultFolder folder, Catalogue catalogue, boolean wholeTraces) {
    this.folder = folder;
    this.catalogue = catalogue;
    this.allure = new AllureResults(folder.allureResults(), catalogue);
    this.wholeTraces = wholeTraces;
  }

  /** Forgets that the test that runs in this thread told its result. */
  void expectResult() {
    reported.set(false);
  }

  /** Whether the test that runs in this thread told its result. */
  boolean hasResult() {
    return reported.get();
  }

  @Override
  public void testFinished(TestResult result) {
    reported.set(true);
    long now = System.currentTimeMillis();
    TestEntry entry = entry(result);
    synchronized (entries) {
      entries.add(entry);
      waiting.add(() -> write(result, entry, now));
    }
    writeAllBut(BACKLOG);
  }

  private void writeAllBut(int backlog) {
    synchronized (entries) {
      while (waiting.size() > backlog) {
        writer.execute(waiting.remove());
      }
    }
  }

  private TestEntry entry(TestResult result) {
    return new TestEntry(
        result.id(),
        result.name(),
        Topic.of(catalogue, result.covers(), result.testClass()).unit(),
        result.covers(),
        result.verdict(),
        result.expected(),
        result.seconds(),
        result.reason(),
        result.observations(),
        result.measurements(),
        String.format("%016x", result.trace().digest()));
  }

  private void write(TestResult result, TestEntry entry, long stop) {
    try {
      String timeline = Timeline.svg(result.trace());
      int bound = bound(result);
      String listing = TraceListing.of(result.trace(), bound);
      Optional<String> attached =
          bound == TraceListing.SHORT ? Optional.empty() : Optional.of(listing);
      allure.write(result, stop, timeline, attached);
      Files.writeString(
          folder.tests().resolve(entry.key() + ".html"),
          TestPage.html(result, catalogue, timeline, listing));
    } catch (IOException | RuntimeException e) {
      problem.compareAndSet(null, e);
    }
  }

  private int bound(TestResult result) {
    boolean dull = result.verdict() == Verdict.PASS && result.expected();
    return wholeTraces ? TraceListing.ALL : dull ? TraceListing.SHORT : TraceListing.BOUND;
  }

  /** What came of the tests so far, by id. */
  List<TestEntry> entries() {
    synchronized (entries) {
      return entries.stream().sorted(Comparator.comparing(TestEntry::id)).toList();
    }
  }

  /**
   * Waits until everything is written.
   *
   * @throws CannotRunException if something could not be written
   */
  @Override
  public void close() {
    writeAllBut(0);
    writer.shutdown();
    try {
      if (!writer.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new CannotRunException(
            "the results could not be written to %s within a minute; use a faster disk"
                .formatted(folder.path()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Exception e = problem.get();
    if (e instanceof UncheckedIOException || e instanceof IOException) {
      throw new CannotRunException(
          "results could not be written to %s (%s); free some space or name another folder with --output"
              .formatted(folder.path(), e.getMessage()),
          e);
    }
    if (e != null) {
      throw new IllegalStateException(e);
    }
  }
}
