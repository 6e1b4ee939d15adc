package io.apictck.suites.ports;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The table of checks of kvm-unit-tests that concern interrupts: each is carried by a test, or says
 * why not.
 */
public final class PortTable {
  private static final String RESOURCE = "/ports/kvm-unit-tests.yaml";

  private PortTable() {}

  /** All checks, in the order of the table. */
  public static List<Port> all() {
    try (InputStream in = PortTable.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "the port table " + RESOURCE + " is missing from the class path");
      }
      Map<String, Map<String, String>> table =
          new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      List<Port> ports = new ArrayList<>();
      table.forEach((id, entry) ->
          ports.add(
              new Port(id, entry.getOrDefault("title", ""), entry.getOrDefault("notPorted", ""))));
      return List.copyOf(ports);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
