package io.apictck.suites.support;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.apictck.arch.MsiControl;
import io.apictck.arch.MsiXControl;
import io.apictck.arch.PciCapability;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.MsiXCapability;
import io.apictck.machine.PciFunction;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The PCI functions of a machine, ready for use: they answer to their memory and send messages. */
public final class Functions {
  private Functions() {}

  /** Those that pass, ready for use; the test is not applicable if there are none. */
  public static List<PciFunction> of(
      Machine machine, String predicate, Predicate<PciFunction> filter) {
    List<PciFunction> functions = machine.functions().stream().filter(filter).toList();
    assumeFalse(functions.isEmpty(), predicate);
    functions.forEach(PciFunction::activate);
    return functions;
  }

  /** MSI capabilities of all functions that have one. */
  public static List<MsiCapability> msi(Machine machine) {
    return of(machine, "a PCI function has MSI", function -> function.has(PciCapability.MSI))
        .stream()
        .map(PciFunction::msi)
        .toList();
  }

  /** MSI capabilities of a certain form; the test is not applicable if there are none. */
  public static List<MsiCapability> msi(
      Machine machine, String predicate, Predicate<MsiControl> form) {
    List<MsiCapability> found =
        msi(machine).stream().filter(capability -> form.test(capability.layout())).toList();
    assumeFalse(found.isEmpty(), predicate);
    return found;
  }

  /** MSI capabilities with mask and pending bits. */
  public static List<MsiCapability> maskableMsi(Machine machine) {
    return msi(
        machine, "a PCI function has MSI with per-vector masking", MsiControl::perVectorMasking);
  }

  /** MSI-X capabilities of all functions that have one, and an address for its table. */
  public static List<MsiXCapability> msiX(Machine machine) {
    List<MsiXCapability> found =
        of(machine, "a PCI function has MSI-X", function -> function.has(PciCapability.MSI_X))
            .stream()
            .filter(Functions::hasTable)
            .map(PciFunction::msiX)
            .toList();
    assumeFalse(found.isEmpty(), "a PCI function with MSI-X has memory assigned");
    return found;
  }

  private static boolean hasTable(PciFunction function) {
    int offset = function.capability(PciCapability.MSI_X);
    return Stream.of(MsiXControl.TABLE_OFFSET, MsiXControl.PBA_OFFSET)
        .map(register -> function.read(offset + register, 4) & MsiXControl.BIR)
        .allMatch(bar -> function.barAddress(bar) != 0);
  }
}
