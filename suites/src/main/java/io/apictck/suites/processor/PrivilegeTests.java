package io.apictck.suites.processor;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import java.util.List;

/** What CPL 3 may not do to interrupts (Intel SDM Vol. 2, "CLI", "STI", "POPF", "HLT", "RDMSR"). */
@Conformance
@OnMachine(processors = 2)
@Requires(stimuli = Stimulus.USER_MODE)
final class PrivilegeTests {
  private static final int VECTOR = 0x61;
  private static final int UNUSED_PORT = 0x80;

  private static List<Instruction> privileged(Cpu cpu) {
    long base = cpu.apicBase().raw();
    return List.of(
        new Instruction.Cli(),
        new Instruction.Sti(),
        new Instruction.Hlt(),
        new Instruction.Rdmsr(Msr.IA32_APIC_BASE),
        new Instruction.Wrmsr(Msr.IA32_APIC_BASE, base),
        new Instruction.MovFromCr8(),
        new Instruction.MovToCr8(0),
        new Instruction.In(UNUSED_PORT, 1),
        new Instruction.Out(UNUSED_PORT, 1, 0));
  }

  @InEachApicMode
  @Covers("CPU-IF-005")
  void userModeCannotTouchIfOrTheInterruptHardware(Cpu cpu) {
    List<Instruction> instructions = privileged(cpu);
    for (boolean enabled : new boolean[] {false, true}) {
      cpu.run(enabled ? new Instruction.Sti() : new Instruction.Cli());
      cpu.run(new Instruction.EnterUser());
      for (Instruction instruction : instructions) {
        assertThat(cpu.attempt(instruction)).raisesGeneralProtection();
      }
      cpu.run(new Instruction.LeaveUser());
      assertThat(cpu.interruptsEnabled()).as("IF after user mode").isEqualTo(enabled);
    }
  }

  @InEachApicMode
  @Covers("CPU-IF-005")
  void popfOfUserModeLeavesIfAlone(Cpu cpu) {
    for (boolean enabled : new boolean[] {false, true}) {
      cpu.run(enabled ? new Instruction.Sti() : new Instruction.Cli());
      cpu.run(new Instruction.EnterUser());
      cpu.run(new Instruction.Popf(enabled ? Rflags.FIXED : Rflags.FIXED | Rflags.IF));
      cpu.run(new Instruction.LeaveUser());
      assertThat(cpu.interruptsEnabled()).as("IF after POPF in user mode").isEqualTo(enabled);
    }
  }

  @InEachApicMode
  @Covers({"CPU-IF-002", "CPU-IF-005"})
  void interruptOfUserModeIsHandledWithAllPrivilegesAndReturnsToUserMode(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.run(new Instruction.EnterUser());
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    assertThat(cpu.takeInterrupt(VECTOR)).interruptedWithInterruptsEnabled();
    assertThat(cpu.cr8()).as("CR8, read in the handler").isZero();
    assertThat(cpu.lapic()).isServicing(VECTOR);
    cpu.finishInterrupt();
    assertThat(cpu.attempt(new Instruction.Cli())).raisesGeneralProtection();
    cpu.run(new Instruction.LeaveUser());
    assertThat(cpu.interruptsEnabled()).as("IF").isTrue();
  }

  @InEachApicMode
  @Covers("CPU-IF-005")
  void userModeMayCallItsGates(Cpu cpu) {
    cpu.sti();
    cpu.run(new Instruction.EnterUser());
    BlockRun run = cpu.start(new Instruction.Int(VECTOR), new Instruction.Nop());
    assertThat(cpu.takeSoftwareInterrupt(VECTOR)).interruptedAt(run, 1);
    assertThat(cpu.interruptsEnabled()).as("IF in the handler").isFalse();
    cpu.iret();
    assertThat(run.completed()).isTrue();
    cpu.run(new Instruction.LeaveUser());
  }
}
