package io.apictck.suites.lapic.icr;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.suites.support.X2apicLogicalId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A machine with more processors than 8-bit IDs (Intel SDM Vol. 3A, "Extended XAPIC (x2APIC)"). */
@Conformance
@InMode(ApicMode.X2APIC)
final class LargeMachineTests {
  private static final int VECTOR = 0x61;

  /** IDs where 8 bits, clusters and their members end. */
  private static final List<Integer> TARGETS =
      List.of(0, 1, 15, 16, 44, 127, 128, 254, 255, 256, 271, 299);

  @Test
  @OnMachine(processors = 300)
  @Covers({
    "LAPIC-ICR-003",
    "LAPIC-ICR-005",
    "LAPIC-ICR-007",
    "LAPIC-ICR-012",
    "LAPIC-ICR-013",
    "LAPIC-ICR-014"
  })
  void threeHundredProcessorsAreTold(Machine machine) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    InterruptCommand fixed = InterruptCommand.fixed(VECTOR);
    for (Cpu sender : List.of(machine.cpu(0), machine.cpu(299))) {
      for (int index : TARGETS) {
        int id = machine.cpu(index).apicId();
        receivers.verify(sender, fixed.withDestination(id), cpu -> cpu.apicId() == id);
        int logicalId = X2apicLogicalId.of(id);
        InterruptCommand logical = fixed.withLogical(true);
        receivers.verify(sender, logical.withDestination(logicalId), cpu -> cpu.apicId() == id);
        receivers.verify(
            sender,
            logical.withDestination(logicalId | 0xFFFF),
            cpu -> cpu.apicId() >>> 4 == id >>> 4);
      }
      InterruptCommand all = fixed.withDestination(InterruptCommand.X2APIC_BROADCAST);
      receivers.verify(sender, all, cpu -> true);
      receivers.verify(sender, all.withLogical(true), cpu -> true);
      receivers.verify(sender, fixed.withShorthand(Shorthand.ALL_INCLUDING_SELF), cpu -> true);
      receivers.verify(
          sender, fixed.withShorthand(Shorthand.ALL_EXCLUDING_SELF), cpu -> cpu != sender);
    }
    receivers.verifyQuiet();
  }
}
