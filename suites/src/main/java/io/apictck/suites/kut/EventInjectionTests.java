package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.Exceptions;
import io.apictck.arch.InterruptCommand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Ports;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.SelfIpi;
import java.util.ArrayList;
import java.util.List;

/**
 * Events that meet on one processor (eventinj.c). The originals make their delivery fault in a
 * hypervisor, which no machine notices; what remains is the order of delivery.
 */
@Conformance
final class EventInjectionTests {
  private static final int LOW = 0x20;
  private static final int NEXT = 0x21;
  private static final int HIGHER_CLASS = 0x3E;

  private static void sendNmi(Cpu cpu) {
    cpu.lapic().send(InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(cpu.apicId()));
  }

  @InEachApicMode
  @Covers("CPU-ORD-001")
  @Ports("KUT-EINJ-002")
  void aBreakpointRunsItsHandlerOnce(Machine machine, Cpu cpu) {
    Counter traps = cpu.onTrap(Exceptions.BP, InterruptHandler.RETURN);
    cpu.run(new Instruction.Int3(), new Instruction.Nop());
    machine.expectNothing();
    assertThat(traps).hasCount(1);
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-014")
  @Ports("KUT-EINJ-003")
  void aSelfIpiIsDeliveredOnce(Machine machine, Cpu cpu) {
    Counter taken = cpu.countInterrupts(NEXT);
    cpu.sti();
    cpu.lapic().sendSelfIpi(NEXT);
    machine.settle(() -> taken.count() > 0);
    machine.expectNothing();
    cpu.cli();
    assertThat(taken).hasCount(1);
  }

  @InEachApicMode
  @Covers("LAPIC-EOI-003")
  @Ports("KUT-EINJ-004")
  void aSoftwareInterruptRunsItsHandlerOnceAndItsEoiEndsNothing(Machine machine, Cpu cpu) {
    Counter taken = cpu.countInterrupts(NEXT);
    cpu.run(new Instruction.Int(NEXT), new Instruction.Nop());
    machine.expectNothing();
    assertThat(taken).hasCount(1);
    assertThat(taken.frames().getFirst()).isSoftware();
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Covers({"LAPIC-PRI-001", "CPU-SHD-001"})
  @Ports("KUT-EINJ-005")
  void twoThatWaitComeHighestFirstInOneWindow(Machine machine, Cpu cpu) {
    cpu.lapic().sendSelfIpi(LOW);
    cpu.lapic().sendSelfIpi(NEXT);
    machine.settle(() -> cpu.lapic().irr().contains(LOW) && cpu.lapic().irr().contains(NEXT));
    Counter taken = cpu.countInterrupts(LOW, NEXT);
    BlockRun window =
        cpu.start(new Instruction.Sti(), new Instruction.Nop(), new Instruction.Cli());
    window.values();
    assertThat(taken).hasVectors(NEXT, LOW);
    for (InterruptFrame frame : taken.frames()) {
      assertThat(frame).interruptedAt(window, 2);
    }
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("CPU-SHD-001")
  @Ports("KUT-EINJ-006")
  void aSoftwareInterruptInTheShadowOfStiComesFirst(Machine machine, Cpu cpu) {
    cpu.lapic().sendSelfIpi(LOW);
    machine.settle(() -> cpu.lapic().irr().contains(LOW));
    List<Integer> order = new ArrayList<>();
    cpu.onInterrupt(
        LOW,
        (self, frame) -> {
          order.add(LOW);
          self.finishInterrupt();
        });
    cpu.onInterrupt(
        NEXT,
        (self, frame) -> {
          order.add(NEXT);
          self.iret();
        });
    cpu.run(new Instruction.Sti(), new Instruction.Int(NEXT), new Instruction.Cli());
    assertThat(order).as("vectors in order").containsExactly(NEXT, LOW);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-002")
  @Ports("KUT-EINJ-007")
  void theTaskPriorityHoldsTheLowerClassBack(Machine machine, Cpu cpu) {
    Counter low = cpu.countInterrupts(LOW);
    Counter high = cpu.countInterrupts(HIGHER_CLASS);
    cpu.lapic().setTpr(0xF0);
    cpu.sti();
    cpu.lapic().sendSelfIpi(LOW);
    cpu.lapic().sendSelfIpi(HIGHER_CLASS);
    machine.expectNothing();
    assertThat(low.count() + high.count()).as("interrupts with TPR F0h").isZero();
    cpu.lapic().setTpr(0x20);
    machine.settle(() -> high.count() > 0);
    machine.expectNothing();
    assertThat(high).hasCount(1);
    assertThat(low).hasCount(0);
    cpu.lapic().setTpr(0);
    machine.settle(() -> low.count() > 0);
    machine.expectNothing();
    assertThat(low).hasCount(1);
    assertThat(high).hasCount(1);
  }

  @InEachApicMode
  @Covers("CPU-NMI-002")
  @Ports("KUT-EINJ-009")
  void nmisDoNotNest(Machine machine, Cpu cpu) {
    sendNmi(cpu);
    cpu.takeNmi();
    assertThat(cpu.depth()).isEqualTo(1);
    sendNmi(cpu);
    machine.expectNothing();
    assertThat(cpu.depth()).as("handlers entered before the first IRET").isEqualTo(1);
    cpu.iret();
    cpu.takeNmi();
    assertThat(cpu.depth()).as("handlers entered after the first IRET").isEqualTo(1);
    cpu.iret();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("CPU-NMI-002")
  @Ports("KUT-EINJ-010")
  void anNmiThatWaitsIsTakenWhereIretGoes(Machine machine, Cpu cpu) {
    List<Instruction> block = new ArrayList<>();
    block.addAll(
        cpu.lapic()
            .sending(InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(cpu.apicId())));
    for (int i = 0; i < 8; i++) {
      block.add(new Instruction.Nop());
    }
    BlockRun run = cpu.start(block);
    InterruptFrame first = cpu.takeNmi();
    sendNmi(cpu);
    cpu.iret();
    InterruptFrame second = cpu.takeNmi();
    assertThat(second.interrupted())
        .as("where the second NMI returns to")
        .isEqualTo(first.interrupted());
    cpu.iret();
    run.values();
    machine.expectNothing();
  }

  /**
   * Two self IPIs by one instruction each, with no boundary at which they could be taken between.
   */
  @InEachApicMode
  @Covers("LAPIC-PRI-001")
  @Ports("KUT-EINJ-005")
  void theOrderOfSendingDoesNotMatter(Machine machine, Cpu cpu) {
    for (int[] order : new int[][] {{LOW, NEXT}, {NEXT, LOW}}) {
      Counter taken = cpu.countInterrupts(LOW, NEXT);
      cpu.run(SelfIpi.of(cpu.lapic(), order[0]), SelfIpi.of(cpu.lapic(), order[1]));
      machine.settle(() -> cpu.lapic().irr().contains(LOW) && cpu.lapic().irr().contains(NEXT));
      cpu.run(new Instruction.Sti(), new Instruction.Nop(), new Instruction.Cli());
      assertThat(taken).hasVectors(NEXT, LOW);
    }
    machine.expectNothing();
  }
}
