package io.apictck.suites.processor;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.Exceptions;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/**
 * NMI and its blocking (Intel SDM Vol. 3A, "Nonmaskable Interrupt (NMI)" and "Handling Multiple
 * NMIs").
 */
@Conformance
final class NmiTests {
  private static final int VECTOR = 0x61;

  @InEachApicMode
  @Covers("CPU-NMI-001")
  void passesIfAndPriorityAndLeavesTheLocalApicAlone(Machine machine, Cpu cpu) {
    cpu.lapic().setTpr(0xFF);
    cpu.lapic().sendSelfIpi(VECTOR);
    Nmis.send(cpu, cpu);
    assertThat(cpu.takeNmi()).hasVector(Exceptions.NMI);
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing().hasPpr(0xFF);
    cpu.iret();
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing().hasNoErrors();
    cpu.lapic().setTpr(0);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers({"CPU-NMI-002", "CPU-NMI-003"})
  void oneNmiIsRememberedWhileAnotherIsHandled(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    for (int more : new int[] {0, 1, 2, 10}) {
      Nmis.send(other, cpu);
      cpu.takeNmi();
      for (int i = 0; i < more; i++) {
        Nmis.send(other, cpu);
      }
      machine.expectNothing();
      assertThat(cpu.depth()).as("handlers entered while NMI is blocked").isEqualTo(1);
      cpu.iret();
      if (more > 0) {
        cpu.takeNmi();
        cpu.iret();
      }
      machine.expectNothing();
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("CPU-NMI-004")
  void iretOfANestedTrapUnblocks(Machine machine, Cpu cpu) {
    Nmis.send(machine.cpu(1), cpu);
    cpu.takeNmi();
    Nmis.send(machine.cpu(1), cpu);
    BlockRun handler = cpu.start(new Instruction.Int3(), new Instruction.Nop());
    cpu.takeTrap(Exceptions.BP);
    machine.expectNothing();
    cpu.iret();
    assertThat(cpu.takeNmi()).interruptedAt(handler, 1);
    assertThat(cpu.depth()).as("handlers entered").isEqualTo(2);
    cpu.iret();
    assertThat(handler.completed()).isTrue();
    cpu.iret();
    machine.expectNothing();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("CPU-NMI-005")
  void faultingIretUnblocks(Machine machine, Cpu cpu) {
    Nmis.send(machine.cpu(1), cpu);
    cpu.takeNmi();
    Nmis.send(machine.cpu(1), cpu);
    machine.expectNothing();
    BlockRun iret = cpu.start(new Instruction.IretToBadSelector());
    cpu.takeNmi();
    assertThat(iret.attempt()).raises(Exceptions.GP, Instruction.IretToBadSelector.SELECTOR);
    cpu.iret();
    cpu.iret();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("CPU-NMI-006")
  void softwareInterruptTwoDoesNotBlock(Cpu cpu) {
    cpu.start(new Instruction.Int(Exceptions.NMI));
    cpu.takeSoftwareInterrupt(Exceptions.NMI);
    Nmis.send(cpu, cpu);
    cpu.takeNmi();
    cpu.iret();
    cpu.iret();
  }

  @Test
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("CPU-NMI-006")
  void maskableInterruptWithVectorTwoDoesNotBlock(Machine machine, Cpu cpu) {
    machine.supplyVector(Exceptions.NMI);
    cpu.lapic()
        .setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    cpu.line(LocalLine.LINT0, true);
    machine.expectNothing();
    cpu.sti();
    assertThat(cpu.takeInterrupt()).hasVector(Exceptions.NMI);
    cpu.line(LocalLine.LINT0, false);
    Nmis.send(cpu, cpu);
    cpu.takeNmi();
    cpu.iret();
    cpu.iret();
  }
}
