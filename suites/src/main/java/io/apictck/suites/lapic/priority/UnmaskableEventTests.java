package io.apictck.suites.lapic.priority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Startup;

/** What no task priority holds back (Intel SDM Vol. 3A, "Task and Processor Priorities"). */
@Conformance
final class UnmaskableEventTests {
  private static final int EVERYTHING = 0xFF;
  private static final int HELD = 0xF1;
  private static final int SUPPLIED = 0x30;

  /** A vector that is held shows that the priority is in force. */
  private static void holdEverything(Machine machine, Cpu cpu) {
    cpu.lapic().setTpr(EVERYTHING);
    cpu.sti();
    cpu.lapic().sendSelfIpi(HELD);
    machine.expectNothing();
  }

  private static void release(Cpu cpu) {
    assertThat(cpu.lapic()).requests(HELD).isServicingNothing().hasPpr(EVERYTHING);
    cpu.lapic().setTpr(0);
    cpu.serve(HELD);
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-PRI-011")
  void nmiIsTaken(Machine machine) {
    Cpu sender = machine.cpu(0);
    Cpu target = machine.cpu(1);
    holdEverything(machine, target);
    sender.lapic().send(InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(target.apicId()));
    target.takeNmi();
    target.iret();
    release(target);
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-011")
  void nmiToItselfIsTaken(Machine machine, Cpu cpu) {
    holdEverything(machine, cpu);
    cpu.lapic().send(InterruptCommand.of(DeliveryMode.NMI, 0).withDestination(cpu.apicId()));
    cpu.takeNmi();
    cpu.iret();
    release(cpu);
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.SMI)
  @Covers("LAPIC-PRI-011")
  void smiIsTaken(Machine machine, Cpu cpu) {
    holdEverything(machine, cpu);
    cpu.pulse(LocalLine.SMI);
    cpu.takeSmi();
    cpu.iret();
    release(cpu);
  }

  @InEachApicMode
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("LAPIC-PRI-011")
  void externalInterruptIsTaken(Machine machine, Cpu cpu) {
    machine.supplyVector(SUPPLIED);
    cpu.lapic()
        .setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    holdEverything(machine, cpu);
    cpu.line(LocalLine.LINT0, true);
    cpu.takeInterrupt(SUPPLIED);
    cpu.line(LocalLine.LINT0, false);
    cpu.iret();
    release(cpu);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-PRI-011")
  void initAndStartUpAreTaken(Machine machine) {
    Cpu target = machine.cpu(1);
    holdEverything(machine, target);
    Startup.restart(machine.cpu(0), target);
    assertThat(target.lapic()).isIdle().hasTpr(0);
  }
}
