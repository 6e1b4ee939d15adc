package io.apictck.target.qemu;

import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.UnsupportedRequestException;
import io.apictck.target.agent.AgentLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The command line of QEMU for a machine that a test wants. */
final class QemuCommand {
  /** Bytes of guest memory, a multiple of what QEMU likes to have. */
  static final long RAM_SIZE = 16L << 20;

  private QemuCommand() {}

  /**
   * Checks a request.
   *
   * @throws UnsupportedRequestException if QEMU cannot be like that
   */
  static void check(QemuOptions options, MachineRequest request) {
    if (request.processors() > AgentLayout.MAX_PROCESSORS) {
      throw new UnsupportedRequestException(
          "the guest agent has at most %d processors, not %d"
              .formatted(AgentLayout.MAX_PROCESSORS, request.processors()));
    }
    for (int i = 0; i < request.apicIds().size(); i++) {
      if (request.apicIds().get(i) != i) {
        throw new UnsupportedRequestException(
            "QEMU gives its processors the APIC IDs 0, 1, 2 ..., not " + request.apicIds());
      }
    }
    for (Feature feature : new TreeSet<>(request.without())) {
      flag(options, feature);
    }
  }

  /** What to run; the files are the sockets, ROM and memory in {@code folder}. */
  static List<String> line(QemuOptions options, MachineRequest request, QemuFolder folder) {
    List<String> line = new ArrayList<>();
    line.add(options.program().toString());
    line.addAll(List.of("-no-user-config", "-nodefaults", "-display", "none", "-S"));
    line.addAll(List.of("-machine", machine(options)));
    // one thread for all processors: with a thread each, those that poll take the host from the
    // rest
    line.addAll(
        List.of("-accel", options.accel().equals("tcg") ? "tcg,thread=single" : options.accel()));
    line.addAll(List.of("-m", (RAM_SIZE >> 20) + "M"));
    line.addAll(
        List.of(
            "-object",
            "memory-backend-file,id=ram,size=%d,mem-path=%s,share=on"
                .formatted(RAM_SIZE, folder.ram())));
    line.addAll(List.of("-smp", Integer.toString(request.processors())));
    line.addAll(List.of("-cpu", cpu(options, request.without())));
    line.addAll(List.of("-bios", folder.rom().toString()));
    // a triple fault stops the machine instead of resetting it, so that it is seen
    line.addAll(List.of("-action", "reboot=shutdown,shutdown=pause"));
    line.addAll(List.of("-qmp", socket(folder.qmp())));
    line.addAll(List.of("-qtest", socket(folder.qtest()), "-qtest-log", "none"));
    if (options.iommu()) {
      line.addAll(QemuIommu.device(request.without()));
    }
    line.addAll(QemuBoard.DEVICES);
    line.addAll(options.args());
    return line;
  }

  private static String machine(QemuOptions options) {
    String machine = options.machine() + ",pit=off,hpet=off,memory-backend=ram";
    // KVM's own I/O APIC knows nothing of remapping
    boolean split = options.iommu() && !options.accel().equals("tcg");
    return split ? machine + ",kernel-irqchip=split" : machine;
  }

  private static String socket(Path path) {
    return "unix:" + path + ",server=on,wait=off";
  }

  private static String cpu(QemuOptions options, Set<Feature> without) {
    StringBuilder cpu = new StringBuilder(options.cpu());
    for (Feature feature : new TreeSet<>(without)) {
      String flag = flag(options, feature);
      if (!flag.isEmpty()) {
        cpu.append(",-").append(flag);
      }
    }
    return cpu.toString();
  }

  /** The processor flag of a feature; empty if QEMU never has the feature. */
  private static String flag(QemuOptions options, Feature feature) {
    boolean emulated = options.accel().equals("tcg");
    if (feature.control().isPresent()) {
      return flag(options, Feature.VMX);
    }
    return switch (feature) {
      case X2APIC -> "x2apic";
      case TSC_DEADLINE -> "tsc-deadline";
      case MONITOR_MWAIT -> "monitor";
      case LVT_CMCI, EOI_BROADCAST_SUPPRESSION -> {
        if (!emulated) {
          throw always(feature);
        }
        yield "";
      }
      case LVT_PERFORMANCE, LVT_THERMAL, IO_APIC, IO_APIC_EOI_REGISTER, PIC, ELCR, RTC, MSI ->
          throw always(feature);
      case VMX -> emulated ? "" : "vmx";
      case VMX_TRUE_CONTROLS, HLT_ACTIVITY, SHUTDOWN_ACTIVITY, WAIT_FOR_SIPI_ACTIVITY -> {
        if (!emulated) {
          throw always(feature);
        }
        yield "";
      }
      default -> "";
    };
  }

  private static UnsupportedRequestException always(Feature feature) {
    return new UnsupportedRequestException("QEMU cannot leave out " + feature);
  }
}
