package io.apictck.suites.processor;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/** IF and gates (Intel SDM Vol. 3A, "Masking Maskable Hardware Interrupts"). */
@Conformance
final class InterruptFlagTests {
  private static final int VECTOR = 0x61;
  private static final int SOFTWARE = 0x60;

  @InEachApicMode
  @Covers("CPU-IF-001")
  void clearIfHoldsFixedInterruptsButNotNmi(Machine machine, Cpu cpu) {
    cpu.lapic().sendSelfIpi(VECTOR);
    machine.expectNothing();
    Nmis.send(cpu, cpu);
    assertThat(cpu.takeNmi()).isNmi().interruptedWithInterruptsDisabled();
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    cpu.iret();
    machine.expectNothing();
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("CPU-IF-001")
  void clearIfHoldsExternalControllerInterrupts(Machine machine, Cpu cpu) {
    machine.supplyVector(0x30);
    cpu.lapic().disableGlobally();
    cpu.line(LocalLine.LINT0, true);
    machine.expectNothing();
    cpu.sti();
    assertThat(cpu.takeInterrupt(0x30)).isExternal();
    cpu.line(LocalLine.LINT0, false);
    cpu.iret();
  }

  @Test
  @Requires(stimuli = Stimulus.SMI)
  @Covers("CPU-IF-001")
  void clearIfDoesNotHoldSmi(Cpu cpu) {
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.pulse(LocalLine.SMI);
    assertThat(cpu.takeSmi()).isSmi();
    cpu.iret();
    assertThat(cpu.lapic()).requests(VECTOR);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.GATES)
  @Covers("CPU-IF-002")
  void interruptGateClearsIfAndTrapGateKeepsIt(Machine machine, Cpu cpu) {
    cpu.sti();
    for (boolean trapGate : new boolean[] {false, true, false}) {
      machine.gate(VECTOR, trapGate);
      cpu.lapic().sendSelfIpi(VECTOR);
      assertThat(cpu.takeInterrupt(VECTOR)).interruptedWithInterruptsEnabled();
      assertThat(cpu.interruptsEnabled())
          .as("IF behind a %s gate", trapGate ? "trap" : "interrupt")
          .isEqualTo(trapGate);
      cpu.finishInterrupt();
      assertThat(cpu.interruptsEnabled()).as("IF after IRET").isTrue();
    }
  }

  @InEachApicMode
  @Covers("CPU-IF-002")
  void iretRestoresAClearIf(Cpu cpu) {
    cpu.start(new Instruction.Int(SOFTWARE));
    assertThat(cpu.takeSoftwareInterrupt(SOFTWARE)).interruptedWithInterruptsDisabled();
    cpu.sti();
    cpu.iret();
    assertThat(cpu.interruptsEnabled()).as("IF after IRET").isFalse();
  }

  @InEachApicMode
  @Covers("CPU-IF-003")
  void softwareInterruptsPassIfAndTheLocalApic(Machine machine, Cpu cpu) {
    BlockRun run = cpu.start(new Instruction.Int(SOFTWARE), new Instruction.Nop());
    assertThat(cpu.takeSoftwareInterrupt(SOFTWARE)).isSoftware().interruptedAt(run, 1);
    assertThat(cpu.lapic()).isIdle().hasPpr(0);
    cpu.iret();
    assertThat(run.completed()).as("the block went on").isTrue();
    assertThat(cpu.lapic()).isIdle().hasPpr(0).hasNoErrors();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("CPU-IF-003")
  void softwareInterruptLeavesAPendingRequestOfItsVectorAlone(Cpu cpu) {
    cpu.lapic().sendSelfIpi(SOFTWARE);
    cpu.start(new Instruction.Int(SOFTWARE));
    cpu.takeSoftwareInterrupt(SOFTWARE);
    assertThat(cpu.lapic()).requests(SOFTWARE).isServicingNothing();
    cpu.iret();
    cpu.sti();
    cpu.serve(SOFTWARE);
  }

  @InEachApicMode
  @Covers("CPU-IF-004")
  void popfOpensTheWindowAtOnce(Cpu cpu) {
    cpu.lapic().sendSelfIpi(VECTOR);
    BlockRun run =
        cpu.start(
            new Instruction.Popf(Rflags.FIXED | Rflags.IF),
            new Instruction.Nop(),
            new Instruction.Nop());
    assertThat(cpu.takeInterrupt(VECTOR)).interruptedAt(run, 1).interruptedWithInterruptsEnabled();
    cpu.finishInterrupt();
    assertThat(run.completed()).isTrue();
  }

  @InEachApicMode
  @Covers("CPU-IF-004")
  void iretOpensTheWindowAtOnce(Cpu cpu) {
    cpu.sti();
    BlockRun run =
        cpu.start(new Instruction.Int(SOFTWARE), new Instruction.Nop(), new Instruction.Nop());
    cpu.takeSoftwareInterrupt(SOFTWARE);
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.iret();
    assertThat(cpu.takeInterrupt(VECTOR)).interruptedAt(run, 1);
    cpu.finishInterrupt();
    assertThat(run.completed()).isTrue();
  }
}
