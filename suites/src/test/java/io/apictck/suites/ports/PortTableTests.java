package io.apictck.suites.ports;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.suites.catalogue.Coverage;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The port table accounts for every check of the ported parts of kvm-unit-tests. */
final class PortTableTests {
  private final List<Port> table = PortTable.all();
  private final Coverage coverage = Coverage.scan();

  @Test
  void listsAllChecks() {
    List<String> apic =
        IntStream.rangeClosed(0, 63)
            .mapToObj(n -> String.format(Locale.ROOT, "KUT-APIC-%03d", n))
            .toList();
    List<String> msr =
        Stream.of("W0", "R", "W1", "SELF", "RW", "WO", "RO")
            .map(kind -> "KUT-MSR-X2-" + kind)
            .toList();
    List<String> ioApic =
        IntStream.rangeClosed(1, 30)
            .mapToObj(n -> String.format(Locale.ROOT, "KUT-IOAPIC-%03d", n))
            .toList();
    assertThat(table)
        .extracting(Port::id)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(apic, msr, ioApic, List.of("KUT-REL-001")).flatMap(List::stream).toList());
  }

  @Test
  void eachIsCarriedByATestOrSaysWhyNot() {
    assertThat(table)
        .allSatisfy(port ->
            assertThat(coverage.testsOfPort(port.id()).isEmpty())
                .as("%s is not ported", port.id())
                .isEqualTo(!port.notPorted().isEmpty()));
  }

  @Test
  void testsNameOnlyKnownChecks() {
    assertThat(table).extracting(Port::id).containsAll(coverage.portIds());
  }
}
