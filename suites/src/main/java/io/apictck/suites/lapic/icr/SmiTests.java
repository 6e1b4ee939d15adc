package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LogicalIds;
import java.util.function.Predicate;

/** IPIs in SMI mode (Intel SDM Vol. 3A, "Interrupt Command Register (ICR)": delivery mode). */
@Conformance
@Requires(stimuli = Stimulus.SMI)
@OnMachine(processors = 3)
final class SmiTests {
  private static void verify(
      Machine machine, Cpu sender, InterruptCommand command, Predicate<Cpu> expected) {
    sender.lapic().send(command);
    for (Cpu cpu : machine.cpus()) {
      if (expected.test(cpu)) {
        cpu.takeSmi();
        assertThat(cpu.lapic()).isIdle();
        cpu.iret();
      }
    }
    machine.expectNothing();
  }

  private static void verifyNothingLeft(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      assertThat(cpu.lapic()).isIdle().hasNoErrors();
    }
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ICR-021")
  void reachesTheAddressedProcessor(Machine machine, Cases cases) {
    LogicalIds.flat(machine);
    machine.cpus().forEach(Cpu::sti);
    for (Cpu sender : machine.cpus()) {
      for (Cpu target : machine.cpus()) {
        cases.each(
            Commands.issuedAsEdge(DeliveryMode.SMI, Shorthand.NONE, 0),
            command ->
                verify(
                    machine, sender, Commands.addressedTo(target, command), cpu -> cpu == target));
      }
    }
    verifyNothingLeft(machine);
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-ICR-021", "LAPIC-ICR-014"})
  void allExcludingSelfReachesEveryOtherProcessor(Machine machine, Cases cases) {
    machine.cpus().forEach(Cpu::sti);
    for (Cpu sender : machine.cpus()) {
      cases.each(
          Commands.issuedAsEdge(DeliveryMode.SMI, Shorthand.ALL_EXCLUDING_SELF, 0),
          command -> verify(machine, sender, command, cpu -> cpu != sender));
    }
    verifyNothingLeft(machine);
  }
}
