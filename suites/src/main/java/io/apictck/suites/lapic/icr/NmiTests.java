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
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LogicalIds;
import java.util.List;

/** IPIs in NMI mode (Intel SDM Vol. 3A, "Interrupt Command Register (ICR)": delivery mode). */
@Conformance
@OnMachine(processors = 4)
final class NmiTests {
  /**
   * The field is ignored: among them illegal ones, that of NMI itself, and one that would be a good
   * interrupt.
   */
  private static final List<Integer> VECTOR_FIELDS = List.of(0x00, 0x02, 0x0F, 0x55, 0xFF);

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ICR-017")
  void reachesTheAddressedProcessor(Machine machine, Cases cases) {
    LogicalIds.flat(machine);
    Receivers receivers = Receivers.ofNmi(machine);
    for (Cpu sender : machine.cpus()) {
      for (Cpu target : machine.cpus()) {
        cases.each(
            Commands.issuedAsEdge(DeliveryMode.NMI, Shorthand.NONE, 0x55),
            command ->
                receivers.verify(
                    sender, Commands.addressedTo(target, command), cpu -> cpu == target));
      }
      for (int field : VECTOR_FIELDS) {
        receivers.verify(
            sender, Commands.toAll(InterruptCommand.of(DeliveryMode.NMI, field)), cpu -> true);
      }
    }
    receivers.verifyQuiet();
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-ICR-017", "LAPIC-ICR-014"})
  void allExcludingSelfReachesEveryOtherProcessor(Machine machine, Cases cases) {
    LogicalIds.flat(machine);
    Receivers receivers = Receivers.ofNmi(machine);
    for (Cpu sender : machine.cpus()) {
      cases.each(
          Commands.issuedAsEdge(DeliveryMode.NMI, Shorthand.ALL_EXCLUDING_SELF, 0x55),
          command ->
              receivers.verify(
                  sender, Commands.addressedTo(sender, command), cpu -> cpu != sender));
    }
    receivers.verifyQuiet();
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-017")
  void ignoresTheVectorAndTheLocalApicsPriorities(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    target.lapic().setTpr(0xFF);
    for (int field : VECTOR_FIELDS) {
      cpu.lapic()
          .send(InterruptCommand.of(DeliveryMode.NMI, field).withDestination(target.apicId()));
      target.takeNmi();
      assertThat(target.lapic()).isIdle();
      target.iret();
    }
    assertThat(cpu.lapic()).hasNoErrors();
    assertThat(target.lapic()).isIdle().hasNoErrors();
    target.lapic().setTpr(0);
  }

  @InEachApicMode
  @Covers({"LAPIC-ICR-017", "LAPIC-ICR-006"})
  void reachesTheSenderByItsOwnId(Cpu cpu) {
    for (int field : VECTOR_FIELDS) {
      cpu.lapic().send(InterruptCommand.of(DeliveryMode.NMI, field).withDestination(cpu.apicId()));
      cpu.takeNmi();
      assertThat(cpu.lapic()).isIdle();
      cpu.iret();
    }
    assertThat(cpu.lapic()).hasNoErrors();
  }
}
