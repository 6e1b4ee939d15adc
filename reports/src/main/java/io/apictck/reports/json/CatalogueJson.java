package io.apictck.reports.json;

import io.apictck.suites.catalogue.Coverage;
import io.apictck.suites.catalogue.Requirement;
import io.apictck.suites.ports.Port;
import java.util.List;

/** Requirements and ports as JSON. */
public final class CatalogueJson {
  private CatalogueJson() {}

  /** An array with an object for each requirement. */
  public static String requirements(List<Requirement> requirements, Coverage coverage) {
    return Json.text(json -> {
      json.writeStartArray();
      for (Requirement requirement : requirements) {
        json.writeStartObject();
        json.writeStringField("id", requirement.id());
        json.writeStringField("unit", requirement.unit());
        json.writeStringField("modality", requirement.modality().name());
        json.writeBooleanField("testable", requirement.isTestable());
        json.writeStringField("why", requirement.untestable());
        Json.strings(json, "tests", coverage.testsOf(requirement.id()));
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  /** An array with an object for each port. */
  public static String ports(List<Port> ports, Coverage coverage) {
    return Json.text(json -> {
      json.writeStartArray();
      for (Port port : ports) {
        json.writeStartObject();
        json.writeStringField("id", port.id());
        Json.strings(json, "tests", coverage.testsOfPort(port.id()));
        json.writeStringField("notPorted", port.notPorted());
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }
}
