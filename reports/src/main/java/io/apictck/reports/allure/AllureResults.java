package io.apictck.reports.allure;

import io.apictck.junit.TestResult;
import io.apictck.reports.json.Keys;
import io.apictck.reports.json.Topic;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;
import io.apictck.verdict.Verdict;
import io.qameta.allure.FileSystemResultsWriter;
import io.qameta.allure.model.Attachment;
import io.qameta.allure.model.Parameter;
import io.qameta.allure.model.Stage;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StatusDetails;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes results of tests as Allure reads them, without Allure's own listeners, which take longer.
 */
public final class AllureResults {
  private final FileSystemResultsWriter writer;
  private final Catalogue catalogue;

  /** Writes into a folder. */
  public AllureResults(Path folder, Catalogue catalogue) {
    this.writer = new FileSystemResultsWriter(folder);
    this.catalogue = catalogue;
  }

  /**
   * Writes a result.
   *
   * @param test what came of it
   * @param stop when it ended, in milliseconds since 1970
   * @param timeline picture of its trace
   * @param listing text of its trace, if it says more than the steps do
   */
  public void write(TestResult test, long stop, String timeline, Optional<String> listing) {
    // the same names in every run, so that folders of shards can be thrown together
    String uuid = Keys.of(test.id() + "\n" + test.target());
    Status status = status(test);
    writer.write(
        new io.qameta.allure.model.TestResult()
            .setUuid(uuid)
            .setTestCaseId(Keys.of(test.id()))
            .setHistoryId(uuid)
            .setFullName(test.id())
            .setName(test.name())
            .setTestCaseName(test.name())
            .setLabels(
                Labels.of(test, Topic.of(catalogue, test.covers(), test.testClass()), catalogue))
            .setParameters(parameters(test))
            .setDescriptionHtml(
                Descriptions.html(requirements(test), test.ports(), test.observations()))
            .setStatus(status)
            .setStatusDetails(details(test))
            .setStage(Stage.FINISHED)
            .setStart(stop - Math.round(test.seconds() * 1_000))
            .setStop(stop)
            .setSteps(TraceSteps.of(test.trace(), status))
            .setAttachments(attachments(test, uuid, timeline, listing)));
  }

  private List<Requirement> requirements(TestResult test) {
    return test.covers().stream().map(catalogue::find).flatMap(Optional::stream).toList();
  }

  private static Status status(TestResult test) {
    return switch (test.verdict()) {
      case PASS, INFO -> test.expected() ? Status.PASSED : Status.FAILED;
      case FAIL -> test.expected() ? Status.SKIPPED : Status.FAILED;
      case NOT_APPLICABLE -> Status.SKIPPED;
      case ERROR, TIMEOUT, CRASH -> test.expected() ? Status.SKIPPED : Status.BROKEN;
    };
  }

  private static StatusDetails details(TestResult test) {
    boolean known =
        test.expected()
            && switch (test.verdict()) {
              case FAIL, ERROR, TIMEOUT, CRASH -> true;
              case PASS, INFO, NOT_APPLICABLE -> false;
            };
    boolean plain = test.verdict() == Verdict.PASS && test.reason().isEmpty();
    String prefix = (known ? "KNOWN " : "") + test.verdict();
    return new StatusDetails()
        .setKnown(known)
        .setMessage(plain ? "" : test.reason().isEmpty() ? prefix : prefix + ": " + test.reason());
  }

  private static List<Parameter> parameters(TestResult test) {
    List<Parameter> parameters = new ArrayList<>();
    parameters.add(new Parameter().setName("target").setValue(test.target()));
    if (!test.mode().isEmpty()) {
      parameters.add(new Parameter().setName("mode").setValue(test.mode()));
    }
    return parameters;
  }

  private List<Attachment> attachments(
      TestResult test, String uuid, String timeline, Optional<String> listing) {
    List<Attachment> attachments = new ArrayList<>();
    if (test.trace().size() > 0) {
      attachments.add(attach("Timeline", uuid + "-timeline.svg", "image/svg+xml", timeline));
      listing.ifPresent(
          text -> attachments.add(attach("Trace", uuid + "-trace.txt", "text/plain", text)));
    }
    if (!test.observations().isEmpty()) {
      attachments.add(
          attach(
              "Observations",
              uuid + "-observations.txt",
              "text/plain",
              String.join("\n", test.observations()) + "\n"));
    }
    return attachments;
  }

  private Attachment attach(String name, String source, String type, String text) {
    writer.write(source, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    return new Attachment().setName(name).setSource(source).setType(type);
  }
}
