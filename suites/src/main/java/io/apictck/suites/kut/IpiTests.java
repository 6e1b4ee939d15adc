package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import java.util.List;

/** Self IPIs and broadcasts (apic.c: self IPI, physical broadcast). */
@Conformance
final class IpiTests {
  private static final int SELF_VECTOR = 0xF1;
  private static final int BROADCAST_VECTOR = 0xCF;

  @InEachApicMode
  @Covers({"LAPIC-ICR-014", "LAPIC-ICR-015"})
  @Ports({"KUT-APIC-027", "KUT-APIC-028", "KUT-APIC-029", "KUT-APIC-030"})
  void deliversOneSelfIpi(Machine machine, Cpu cpu) {
    ApicMode mode = cpu.lapic().mode();
    assertThat(cpu.apicBase().mode()).isEqualTo(mode);
    Counter taken = cpu.countInterrupts(SELF_VECTOR);
    cpu.sti();
    cpu.lapic().sendSelfIpi(SELF_VECTOR);
    machine.settle(() -> taken.count() > 0);
    machine.expectNothing();
    assertThat(taken).hasCount(1);
  }

  @InEachApicMode
  @OnMachine(processors = 4)
  @Covers("LAPIC-ICR-007")
  @Ports("KUT-APIC-031")
  void broadcastsByAddress(Machine machine, Cpu cpu) {
    everyProcessorTakesOne(
        machine,
        cpu,
        InterruptCommand.fixed(BROADCAST_VECTOR)
            .withDestination(InterruptCommand.X2APIC_BROADCAST));
  }

  @InEachApicMode
  @OnMachine(processors = 4)
  @Covers("LAPIC-ICR-014")
  @Ports("KUT-APIC-032")
  void broadcastsByShorthand(Machine machine, Cpu cpu) {
    everyProcessorTakesOne(
        machine,
        cpu,
        InterruptCommand.fixed(BROADCAST_VECTOR).withShorthand(Shorthand.ALL_INCLUDING_SELF));
  }

  private static void everyProcessorTakesOne(
      Machine machine, Cpu sender, InterruptCommand command) {
    List<Cpu> receivers = machine.cpus().stream().filter(cpu -> !cpu.waitsForSipi()).toList();
    List<Counter> counters =
        receivers.stream().map(cpu -> cpu.countInterrupts(command.vector())).toList();
    receivers.forEach(Cpu::sti);
    sender.lapic().send(command);
    machine.settle(() -> counters.stream().allMatch(counter -> counter.count() > 0));
    machine.expectNothing();
    for (int i = 0; i < receivers.size(); i++) {
      assertThat(counters.get(i)).as("interrupts on %s", receivers.get(i)).hasCount(1);
    }
  }
}
