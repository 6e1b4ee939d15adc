package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;

/**
 * NMIs that meet STI, each other, and the blocking by an NMI handler (apic.c: sti NMI, multiple
 * NMI, pending NMI).
 */
@Conformance
@OnMachine(processors = 2)
final class NmiTests {
  private static final int STI_ROUNDS = 30_000;

  /**
   * The originals race for interleavings in 100,000 rounds; here every round is the wanted
   * interleaving.
   */
  private static final int ROUNDS = 5_000;

  private static final int ALL_ARRIVED = 0x44;

  private static InterruptCommand nmi(Cpu target) {
    return InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(target.apicId());
  }

  @InEachApicMode
  @Records
  @Sweep
  @Covers("CPU-SHD-008")
  @Ports("KUT-APIC-038")
  void recordsWhetherAnNmiIsTakenRightAfterSti(Machine machine, Cpu cpu, Cases cases) {
    Cpu target = machine.cpu(1);
    int[] afterSti = {0};
    Counter nmis =
        target.onNmi((self, frame) -> {
          if (frame.interrupted().block() != 0 && frame.interrupted().index() == 1) {
            afterSti[0]++;
          }
          self.iret();
        });
    cases.range(
        1,
        STI_ROUNDS,
        round -> {
          int before = nmis.count();
          target.start(
              new Instruction.Sti(),
              new Instruction.Nop(),
              new Instruction.Nop(),
              new Instruction.Cli());
          cpu.lapic().send(nmi(target));
          machine.settle(() -> nmis.count() > before);
          assertThat(nmis).hasCount(before + 1);
        });
    machine.observe("NMIs taken at the boundary behind STI", afterSti[0] + " of " + nmis.count());
  }

  @InEachApicMode
  @Sweep
  @Covers({"CPU-NMI-002", "CPU-NMI-003"})
  @Ports("KUT-APIC-039")
  void anNmiThatArrivesDuringTheHandlerOfAnotherIsTakenToo(Machine machine, Cpu cpu, Cases cases) {
    Cpu other = machine.cpu(1);
    cpu.sti();
    cases.range(
        1,
        ROUNDS,
        round -> {
          cpu.lapic().send(nmi(cpu));
          cpu.takeNmi();
          // while the first is handled, and then the marker that all arrived
          other.lapic().send(nmi(cpu));
          other.lapic().sendIpi(cpu, ALL_ARRIVED);
          cpu.iret();
          cpu.takeNmi();
          cpu.iret();
          cpu.serve(ALL_ARRIVED);
        });
  }

  @InEachApicMode
  @Records
  @Covers("CPU-NMI-003")
  @Ports("KUT-APIC-039")
  void recordsWhetherTwoNmisBeforeTheFirstIsTakenMerge(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    Counter nmis = cpu.onNmi(InterruptHandler.RETURN);
    Counter arrived = cpu.countInterrupts(ALL_ARRIVED);
    cpu.sti();
    cpu.lapic().send(nmi(cpu));
    other.lapic().send(nmi(cpu));
    other.lapic().sendIpi(cpu, ALL_ARRIVED);
    machine.settle(() -> arrived.count() > 0);
    machine.observe("NMIs taken of two sent at about the same time", nmis.count());
    assertThat(nmis.count()).isBetween(1, 2);
  }

  @InEachApicMode
  @Sweep
  @OnMachine
  @Covers("CPU-NMI-003")
  @Ports("KUT-APIC-040")
  void anyNumberOfNmisCollapseIntoOneWhileBlocked(Machine machine, Cpu cpu, Cases cases) {
    // level bit 0, as the original sends it: it has no meaning here
    InterruptCommand command = nmi(cpu).withLevelAssert(false);
    SendsMore handler = new SendsMore(command);
    Counter nmis = cpu.onNmi(handler);
    cases.range(
        1,
        ROUNDS,
        round -> {
          int before = nmis.count();
          handler.more = 10;
          cpu.lapic().send(command);
          machine.settle(() -> nmis.count() >= before + 2);
          assertThat(nmis).hasCount(before + 2);
        });
    machine.expectNothing();
  }

  /** An NMI handler that sends more of the same before it returns, once. */
  private static final class SendsMore implements InterruptHandler {
    private final InterruptCommand command;
    private int more;

    SendsMore(InterruptCommand command) {
      this.command = command;
    }

    @Override
    public void handle(Cpu cpu, InterruptFrame frame) {
      for (; more > 0; more--) {
        cpu.lapic().send(command);
      }
      cpu.iret();
    }
  }
}
