package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import org.junit.jupiter.api.Test;

/** One WRMSR of the ICR is one command (Intel SDM Vol. 3A, "ICR Operation in x2APIC Mode"). */
@Conformance
@InMode(ApicMode.X2APIC)
final class CommandTests {
  private static final int VECTOR = 0x41;

  @Test
  @OnMachine(processors = 2)
  @Covers("LAPIC-ICR-003")
  void oneWriteIsOneInterrupt(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Counter counter = target.countInterrupts(VECTOR);
    target.sti();
    InterruptCommand command = InterruptCommand.fixed(VECTOR).withDestination(target.apicId());
    for (int sent = 1; sent <= 3; sent++) {
      cpu.wrmsr(LapicRegister.ICR.msr(), command.raw());
      machine.expectNothing();
      assertThat(counter.count()).as("interrupts after %d writes", sent).isEqualTo(sent);
    }
    // software is told not to rely on it
    machine.observe("the ICR reads", Hex.qword(cpu.rdmsr(LapicRegister.ICR.msr())));
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
  }

  @Test
  @Covers("LAPIC-ICR-003")
  void theSelfShorthandIgnoresTheDestination(Machine machine, Cpu cpu) {
    Counter counter = cpu.countInterrupts(VECTOR);
    cpu.sti();
    cpu.lapic()
        .send(
            InterruptCommand.fixed(VECTOR)
                .withShorthand(Shorthand.SELF)
                .withDestination(0xFFFF_FFFF));
    machine.expectNothing();
    assertThat(counter.count()).as("interrupts").isEqualTo(1);
  }
}
