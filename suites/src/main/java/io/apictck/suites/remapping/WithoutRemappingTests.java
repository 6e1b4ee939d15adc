package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import io.apictck.suites.support.Listeners;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A unit whose ECAP.IR is 0 (Intel VT-d specification, "Global Command Register"). */
@Conformance
@OnMachine(without = Feature.INTERRUPT_REMAPPING)
@Requires(Feature.REMAPPING_UNIT)
final class WithoutRemappingTests {
  @Test
  @Covers({"IR-REG-001", "IR-REG-006", "IR-FMT-001"})
  void itsControlsAreReserved(Machine machine, Cpu cpu) {
    Requester.OfMessages requester = Requesters.free(machine);
    RemappingUnit unit = machine.remappingUnit();
    Listeners listeners = Listeners.of(machine);
    assertThat(unit.extendedCapability().extendedInterruptMode()).as("ECAP.EIM").isFalse();
    for (GlobalCommand command :
        List.of(GlobalCommand.SIRTP, GlobalCommand.IRE, GlobalCommand.CFI)) {
      unit.write(RemappingRegister.GCMD, command.mask());
      machine.expectNothing();
      assertThat(unit).showsNot(command);
    }
    long address = MessageAddress.physical(cpu.apicId()).physicalAddress();
    listeners.verify(
        () -> requester.send(address, MessageData.fixed(0x61).raw()),
        () -> "a message",
        0x61,
        cpu::equals);
    listeners.verifyQuiet();
  }
}
