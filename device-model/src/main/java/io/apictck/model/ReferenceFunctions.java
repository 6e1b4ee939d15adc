package io.apictck.model;

import io.apictck.model.pci.FunctionSetup;
import io.apictck.model.pci.FunctionSetup.CapabilitySetup;
import io.apictck.model.pci.FunctionSetup.FunctionLevelReset;
import io.apictck.model.pci.FunctionSetup.Memory;
import io.apictck.model.pci.FunctionSetup.Msi;
import io.apictck.model.pci.FunctionSetup.MsiX;
import io.apictck.platform.Feature;
import java.util.ArrayList;
import java.util.List;

/** The PCI functions of a reference machine: one of each form of MSI and MSI-X. */
final class ReferenceFunctions {
  private static final int PAGE = 0x1000;

  /** Global system interrupts of interrupt pins; two functions share each. */
  private static final int FIRST_GSI = 16;

  private static final int SHARED_BY = 2;

  private static final List<FunctionSetup> ALL =
      List.of(
          function(1, 4, List.of(), new Msi(2, false, false), new FunctionLevelReset()),
          function(2, 8, List.of(), new FunctionLevelReset(), new Msi(3, true, true)),
          function(
              3,
              16,
              List.of(new Memory(0, PAGE, false)),
              new MsiX(16, 0, 0, 0, 0x800),
              new FunctionLevelReset()),
          function(
              4,
              72,
              List.of(new Memory(0, 4 * PAGE, true), new Memory(2, PAGE, false)),
              new Msi(0, true, false),
              new MsiX(72, 0, PAGE, 2, 0x100)),
          function(5, 32, List.of(), new Msi(5, false, true)));

  private ReferenceFunctions() {}

  private static FunctionSetup function(
      int device, int interrupts, List<Memory> memory, CapabilitySetup... capabilities) {
    int gsi = FIRST_GSI + (device - 1) / SHARED_BY;
    return new FunctionSetup(device << 3, interrupts, gsi, memory, List.of(capabilities));
  }

  /** Those that have no capability which the machine must not offer. */
  static List<FunctionSetup> of(ModelConfiguration configuration) {
    List<FunctionSetup> functions = new ArrayList<>();
    for (FunctionSetup function : ALL) {
      if (function.capabilities().stream().allMatch(part -> isOffered(part, configuration))) {
        functions.add(wired(function, configuration));
      }
    }
    return functions;
  }

  private static boolean isOffered(CapabilitySetup capability, ModelConfiguration configuration) {
    return switch (capability) {
      case Msi _ -> configuration.has(Feature.MSI);
      case MsiX _ -> configuration.has(Feature.MSI_X);
      // of no use alone: such functions are left out with their message capability
      case FunctionLevelReset _ -> true;
    };
  }

  /** Without an I/O APIC input for its pin a function has no pin. */
  private static FunctionSetup wired(FunctionSetup function, ModelConfiguration configuration) {
    boolean wired =
        configuration.ioApics().stream()
            .anyMatch(io ->
                function.gsi() >= io.gsiBase() && function.gsi() < io.gsiBase() + io.inputs());
    return wired
        ? function
        : new FunctionSetup(
            function.requesterId(),
            function.interrupts(),
            -1,
            function.memory(),
            function.capabilities());
  }
}
