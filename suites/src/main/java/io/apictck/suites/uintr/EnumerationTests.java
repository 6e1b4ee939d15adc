package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Cr4;
import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How user interrupts are found and enabled (Intel SDM Vol. 3A, "Enumeration and Enabling"). */
@Conformance
final class EnumerationTests {
  private static final int UINV = UserThread.UINV;

  /** Those that can be executed anywhere. */
  private static final List<Instruction> INSTRUCTIONS =
      List.of(
          new Instruction.Senduipi(0),
          new Instruction.Uiret(),
          new Instruction.Clui(),
          new Instruction.Stui(),
          new Instruction.Testui());

  @Test
  @OnMachine(without = Feature.USER_INTERRUPTS)
  @Covers({"UINTR-ENUM-001", "UINTR-INS-008"})
  void withoutThemNothingOfThemIsThere(Cpu cpu) {
    long cr4 = cpu.run(new Instruction.MovFromCr(4))[0];
    assertThat(cpu.attempt(new Instruction.MovToCr(4, cr4 | Cr4.UINTR))).raisesGeneralProtection();
    for (int msr = Msr.IA32_UINTR_RR; msr <= Msr.IA32_UINTR_TT; msr++) {
      assertThat(cpu.attempt(new Instruction.Rdmsr(msr))).raisesGeneralProtection();
      assertThat(cpu.attempt(new Instruction.Wrmsr(msr, 0))).raisesGeneralProtection();
    }
    for (Instruction instruction : INSTRUCTIONS) {
      assertThat(cpu.attempt(instruction)).raises(Exceptions.UD);
    }
  }

  @Test
  @Requires(value = Feature.USER_INTERRUPTS, stimuli = Stimulus.USER_MODE)
  @Covers({"UINTR-ENUM-002", "UINTR-SEND-002", "UINTR-INS-008"})
  void theirInstructionsNeedCr4InEachPrivilegeLevel(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    thread.targets().point(0, 1, thread.descriptor());
    thread.enable(false);
    for (Instruction instruction : INSTRUCTIONS) {
      assertThat(cpu.attempt(instruction)).as("%s", instruction).raises(Exceptions.UD);
    }
    thread.enterUser();
    for (Instruction instruction : INSTRUCTIONS) {
      assertThat(cpu.attempt(instruction)).as("%s", instruction).raises(Exceptions.UD);
    }
    thread.leaveUser();
    assertThat(thread.descriptor().pir()).as("PIR").isZero();
  }

  @Test
  @Requires(Feature.USER_INTERRUPTS)
  @Covers({"UINTR-ENUM-002", "UINTR-NOT-002"})
  void withoutCr4TheVectorOfNotificationsIsAnInterrupt(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    thread.descriptor().setPir(1);
    thread.enable(false);
    cpu.sti();
    cpu.lapic().sendSelfIpi(UINV);
    cpu.serve(UINV);
    assertThat(thread.requests()).as("UIRR").isZero();
    assertThat(thread.descriptor().pir()).as("PIR").isEqualTo(1);
  }

  @Test
  @Requires(
      value = Feature.USER_INTERRUPTS,
      stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
  @Covers({"UINTR-ENUM-002", "UINTR-DEL-001"})
  void withoutCr4NothingIsDelivered(Machine machine, Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    cpu.run(new Instruction.Stui());
    thread.request(1L << 7);
    thread.enable(false);
    thread.enterUser();
    machine.expectNothing();
    thread.leaveUser();
    assertThat(thread.requests()).as("UIRR").isEqualTo(1L << 7);
    thread.enable(true);
    thread.enterUser();
    cpu.takeUserInterrupt(7);
    cpu.iret();
    thread.leaveUser();
  }

  @Test
  @Requires(Feature.USER_INTERRUPTS)
  @Covers("UINTR-ENUM-003")
  void theirMsrsNeedNoCr4(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    for (boolean enabled : new boolean[] {true, false}) {
      thread.enable(enabled);
      long page = cpu.machine().newPage();
      readsAs(cpu, Msr.IA32_UINTR_RR, 0x8000_0000_0000_0001L);
      readsAs(cpu, Msr.IA32_UINTR_HANDLER, page + 1);
      readsAs(cpu, Msr.IA32_UINTR_STACKADJUST, page + 3);
      readsAs(cpu, Msr.IA32_UINTR_MISC, new UserInterruptMisc(-1, 0x7F).raw());
      readsAs(cpu, Msr.IA32_UINTR_PD, page + 0x40);
      readsAs(cpu, Msr.IA32_UINTR_TT, page + 0x11);
    }
  }

  private static void readsAs(Cpu cpu, int msr, long value) {
    cpu.wrmsr(msr, value);
    assertThat(cpu.rdmsr(msr)).as("MSR %xh", msr).isEqualTo(value);
  }
}
