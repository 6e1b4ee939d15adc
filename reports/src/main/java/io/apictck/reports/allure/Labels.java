package io.apictck.reports.allure;

import io.apictck.junit.TestResult;
import io.apictck.reports.json.Topic;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Modality;
import io.apictck.suites.catalogue.Requirement;
import io.qameta.allure.model.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where a test stands in Allure's trees. */
final class Labels {
  private Labels() {}

  static List<Label> of(TestResult test, Topic topic, Catalogue catalogue) {
    List<Requirement> requirements =
        test.covers().stream().map(catalogue::find).flatMap(Optional::stream).toList();
    List<Label> labels = new ArrayList<>();
    labels.add(label("epic", topic.unit()));
    labels.add(label("feature", topic.section()));
    requirements.forEach(requirement ->
        labels.add(label("story", requirement.id() + " " + requirement.statement())));
    labels.add(label("parentSuite", test.target()));
    labels.add(label("suite", topic.unit()));
    labels.add(label("subSuite", topic.section()));
    labels.add(label("package", test.testClass().getName()));
    labels.add(label("testClass", test.testClass().getName()));
    labels.add(label("testMethod", test.methodName()));
    labels.add(label("severity", severity(requirements)));
    labels.add(label("framework", "apic-tck"));
    labels.add(label("language", "java"));
    labels.add(label("tag", test.verdict().name()));
    test.covers().forEach(id -> labels.add(label("tag", id)));
    test.ports().forEach(id -> labels.add(label("tag", id)));
    return labels;
  }

  private static String severity(List<Requirement> requirements) {
    return requirements.stream().anyMatch(requirement -> requirement.modality() == Modality.MUST)
        ? "critical"
        : "minor";
  }

  private static Label label(String name, String value) {
    return new Label().setName(name).setValue(value);
  }
}
