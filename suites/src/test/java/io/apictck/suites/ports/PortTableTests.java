package io.apictck.suites.ports;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.suites.catalogue.Coverage;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The port table accounts for every interrupt check of kvm-unit-tests. */
final class PortTableTests {
  private final List<Port> table = PortTable.all();
  private final Coverage coverage = Coverage.scan();

  @Test
  void listsAllChecks() {
    List<String> apic = numbered("KUT-APIC-%03d", 0, 63);
    List<String> msr =
        Stream.of("W0", "R", "W1", "SELF", "RW", "WO", "RO")
            .map(kind -> "KUT-MSR-X2-" + kind)
            .toList();
    assertThat(table)
        .extracting(Port::id)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(
                    apic,
                    msr,
                    numbered("KUT-IOAPIC-%03d", 1, 30),
                    numbered("KUT-EINJ-%03d", 1, 13),
                    List.of("KUT-TSCDL-001"),
                    numbered("KUT-BENCH-%02d", 1, 18),
                    numbered("KUT-REL-%03d", 1, 8),
                    numbered("KUT-IOMMU-%03d", 1, 11),
                    vmx())
                .flatMap(List::stream)
                .toList());
  }

  private static List<String> vmx() {
    List<String> named =
        Stream.of(
                "EPT-001",
                "EVI-OTHER",
                "CTL-RSVD",
                "CTL-VAPIC",
                "CTL-ACCESS",
                "CTL-VID",
                "CTL-PI-VEC",
                "CTL-PI-ADDR",
                "CTL-NMI",
                "CTL-TPR",
                "RV-BAD",
                "VID-ENTRY",
                "VID-CR8",
                "VID-SELF",
                "EOIV-PLAIN",
                "EOIV-EXIT",
                "PI-BLOCKED",
                "PI-RUN",
                "PI-HLT",
                "SCAN-001",
                "RVI-001")
            .map(name -> "KUT-VMX-" + name)
            .toList();
    return Stream.of(
            named,
            numbered("KUT-VMX-INT-%03d", 1, 8),
            numbered("KUT-VMX-NMI-%03d", 1, 3),
            numbered("KUT-VMX-INSN-%03d", 1, 6),
            numbered("KUT-VMX-PEND-%03d", 1, 6),
            numbered("KUT-VMX-NMIW-%03d", 1, 6),
            numbered("KUT-VMX-INTW-%03d", 1, 7),
            numbered("KUT-VMX-MOVSS-%03d", 1, 5),
            numbered("KUT-VMX-CTL-COMB-%d", 1, 3),
            numbered("KUT-VMX-CTL-PI-%d", 1, 6),
            numbered("KUT-VMX-EVI-%03d", 1, 16),
            numbered("KUT-VMX-RV-%d-R", 1, 6),
            numbered("KUT-VMX-RV-%d-W", 1, 6),
            numbered("KUT-VMX-X2-%d-R", 1, 8),
            numbered("KUT-VMX-X2-%d-W", 1, 8),
            numbered("KUT-VMX-PT-%03d", 1, 5),
            numbered("KUT-VMX-INIT-%03d", 1, 4),
            numbered("KUT-VMX-SIPI-%03d", 1, 4))
        .flatMap(List::stream)
        .toList();
  }

  private static List<String> numbered(String format, int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(n -> String.format(Locale.ROOT, format, n))
        .toList();
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
