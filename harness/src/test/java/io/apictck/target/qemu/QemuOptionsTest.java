package io.apictck.target.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.PlatformException;
import io.apictck.platform.UnsupportedRequestException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QemuOptionsTest {
  private static final String ANY_PROGRAM = "/bin/sh";

  private static QemuOptions options(String... keysAndValues) {
    Map<String, String> options = new HashMap<>(Map.of("path", ANY_PROGRAM));
    for (int i = 0; i < keysAndValues.length; i += 2) {
      options.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return QemuOptions.of(options);
  }

  private static List<String> line(QemuOptions options, MachineRequest request) {
    QemuCommand.check(options, request);
    return QemuCommand.line(options, request, new QemuFolder(Path.of("/x")));
  }

  @Test
  void aPlainPcIsEmulatedByDefault() {
    assertThat(line(options(), MachineRequest.of(3)))
        .startsWith(ANY_PROGRAM)
        .containsSequence("-machine", "pc,pit=off,hpet=off,memory-backend=ram")
        .containsSequence("-accel", "tcg,thread=single")
        .containsSequence("-smp", "3")
        .containsSequence("-cpu", "max");
  }

  @Test
  void optionsReachTheCommandLine() {
    QemuOptions options =
        options("machine", "q35", "accel", "kvm", "cpu", "host;+x2apic", "args", "-d  a;b -v");
    assertThat(line(options, MachineRequest.of(1)))
        .containsSequence("-accel", "kvm")
        .containsSequence("-cpu", "host,+x2apic")
        .endsWith("-d", "a,b", "-v")
        .anyMatch(word -> word.startsWith("q35,"));
  }

  @Test
  void aRemappingUnitComesBeforeItsDevices() {
    QemuOptions options = options("machine", "q35", "iommu", "on");
    MachineRequest request =
        new MachineRequest(1, List.of(), Set.of(Feature.EXTENDED_INTERRUPT_MODE));

    assertThat(line(options, request))
        .containsSubsequence("-device", "intel-iommu,intremap=on,eim=off", "-device", "pc-testdev");
    assertThat(line(options("machine", "q35", "iommu", "on", "accel", "kvm"), MachineRequest.of(1)))
        .anyMatch(word -> word.endsWith("kernel-irqchip=split"))
        .contains("intel-iommu,intremap=on");
    assertThat(line(options(), request)).noneMatch(word -> word.startsWith("intel-iommu"));
    assertThatThrownBy(() -> options("iommu", "on"))
        .hasMessageContaining("on q35 only: add machine=q35");
  }

  @ParameterizedTest
  @CsvSource({
    "iommu, yes, the target qemu knows no iommu \"yes\"; known: on and off",
    "accel, hax, the target qemu knows no accel \"hax\"; known: tcg and kvm",
    "machine, isapc, the target qemu knows no machine \"isapc\"; known: pc and q35",
    "path, /no/such/qemu, the target qemu cannot run /no/such/qemu: there is no such program",
    "speed, 3, the target qemu has no option speed",
  })
  void aWrongOptionIsToldInOneSentence(String key, String value, String message) {
    assertThatThrownBy(() -> options(key, value))
        .isInstanceOf(PlatformException.class)
        .hasMessage(message);
  }

  @Test
  void featuresAreLeftOutByProcessorFlags() {
    MachineRequest request =
        new MachineRequest(
            1, List.of(), Set.of(Feature.X2APIC, Feature.TSC_DEADLINE, Feature.MONITOR_MWAIT));
    assertThat(line(options(), request)).contains("max,-x2apic,-tsc-deadline,-monitor");
  }

  @Test
  void whatQemuNeverHasIsLeftOutAlready() {
    MachineRequest request = new MachineRequest(1, List.of(), Set.of(Feature.LVT_CMCI));
    assertThat(line(options(), request)).contains("max");
    assertThatThrownBy(() -> line(options("accel", "kvm"), request))
        .isInstanceOf(UnsupportedRequestException.class);
  }

  @Test
  void whatQemuCannotBeIsNotApplicable() {
    for (MachineRequest request :
        List.of(
            MachineRequest.of(17),
            new MachineRequest(2, List.of(0, 5), Set.of()),
            new MachineRequest(1, List.of(), Set.of(Feature.LVT_THERMAL)))) {
      assertThatThrownBy(() -> line(options(), request))
          .isInstanceOf(UnsupportedRequestException.class);
    }
    assertThat(line(options(), new MachineRequest(2, List.of(0, 1), Set.of()))).contains("2");
  }

  @Test
  void aFolderIsGoneWhenItIsClosed(@TempDir Path parent) throws Exception {
    Path path = Files.createDirectory(parent.resolve("folder"));
    try (QemuFolder folder = new QemuFolder(path)) {
      Files.writeString(folder.ram(), "");
    }
    assertThat(path).doesNotExist();
  }
}
