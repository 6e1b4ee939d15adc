package io.apictck.suites.init;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Shorthand;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.TimerDivide;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.RegisterDump;
import io.apictck.suites.support.Startup;
import java.util.Map;

/**
 * Registers after INIT and start-up (Intel SDM Vol. 3A, "Processor State After Reset", "Local APIC
 * State After an INIT Reset").
 */
@Conformance
@OnMachine(processors = 3)
final class StateAfterInitTests {
  private static final int VECTOR = 0x61;

  /**
   * Gives every writable register a value that differs from that after reset, and makes errors and
   * requests.
   */
  private static void disturb(Cpu sender, Cpu target) {
    LocalApic lapic = target.lapic();
    lapic.setSvr(SpuriousInterruptVector.RESET.withEnabled(true).withVector(0xEF));
    target.sti();
    sender.lapic().sendIpi(target, 0x41);
    target.takeInterrupt(0x41);
    sender.lapic().sendIpi(target, 0x52);
    sender.machine().settle(() -> lapic.irr().contains(0x52));
    lapic.setTpr(0x35);
    lapic.sendSelfIpi(0x03);
    lapic.latchErrors();
    // one error latched, one waiting for it
    lapic.sendSelfIpi(0x04);
    for (LapicRegister register : RegisterDump.readable(lapic)) {
      if (register.isLvt()) {
        lapic.setLvt(register, LvtEntry.fixed(0x63));
      }
    }
    if (lapic.mode() == ApicMode.XAPIC) {
      lapic.write(LapicRegister.LDR, 0x5A00_0000);
      lapic.write(LapicRegister.DFR, 0x0FFF_FFFF);
    }
    // the last command, to the sender of this one: with a destination and a vector of its own
    lapic.send(InterruptCommand.fixed(0x74).withDestination(sender.apicId()));
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_128.code());
    lapic.write(LapicRegister.INITIAL_COUNT, 0x7FFF_FFFF);
  }

  @InEachApicMode
  @Covers({"INIT-001", "INIT-011", "LAPIC-REG-002"})
  void localApicRegistersAreThoseAfterReset(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Cpu bystander = machine.cpu(2);
    disturb(cpu, target);
    Map<String, String> disturbed = RegisterDump.of(target.lapic());
    Map<String, String> untouched = RegisterDump.of(bystander.lapic());
    Startup.restart(cpu, target);
    Map<String, String> expected = RegisterDump.afterReset(target.lapic());
    assertThat(RegisterDump.of(target.lapic())).as("registers after INIT").isEqualTo(expected);
    assertThat(disturbed).as("registers before INIT").isNotEqualTo(expected);
    assertThat(target.lapic()).hasNoErrors();
    assertThat(RegisterDump.of(bystander.lapic()))
        .as("registers of another one")
        .isEqualTo(untouched);
    cpu.sti();
    cpu.serve(0x74);
    // neither the timer nor the requests live on
    target.sti();
    target.lapic().setEnabled(true);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("INIT-009")
  void theProcessorIsInRealModeWithInterruptsDisabled(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    int vector = Startups.vector(machine, 1);
    target.sti();
    ApicBase before = target.apicBase();
    Startup.init(cpu, target);
    cpu.lapic().send(Startups.startup(target, vector));
    Startups.assertStartsAt(target, vector);
    assertThat(target.interruptsEnabled()).as("IF").isFalse();
    ApicBase after = target.apicBase();
    assertThat(Hex.qword(after.raw())).as("IA32_APIC_BASE").isEqualTo(Hex.qword(before.raw()));
    assertThat(after.bsp()).as("BSP flag of an application processor").isFalse();
    assertThat(after.mode()).as("mode").isEqualTo(target.lapic().mode());
    assertThat(target.lapic().id()).as("APIC ID").isEqualTo(target.apicId());
  }

  @InEachApicMode
  @Covers({"INIT-009", "INIT-001"})
  void everyProcessorKeepsItsIdAndItsInterface(Machine machine, Cpu cpu) {
    for (Cpu target : machine.applicationProcessors()) {
      ApicBase before = target.apicBase();
      Startup.restart(cpu, target);
      assertThat(Hex.qword(target.apicBase().raw()))
          .as("IA32_APIC_BASE of %s", target)
          .isEqualTo(Hex.qword(before.raw()));
      assertThat(target.lapic().id()).as("APIC ID of %s", target).isEqualTo(target.apicId());
    }
    assertThat(cpu.apicBase().bsp()).as("BSP flag of the sender").isTrue();
  }

  @InEachApicMode
  @Covers("INIT-011")
  void fixedInterruptsWaitForTheSoftwareEnable(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Counter disabled = target.countInterrupts(VECTOR);
    Startup.restart(cpu, target);
    assertThat(Hex.dword(target.lapic().svr().raw()))
        .as("SVR")
        .isEqualTo(Hex.dword(SpuriousInterruptVector.RESET.raw()));
    target.sti();
    cpu.lapic().sendIpi(target, VECTOR);
    cpu.lapic().send(InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.ALL_EXCLUDING_SELF));
    machine.expectNothing();
    assertThat(disabled).as("interrupts while software-disabled").hasCount(0);
    target.lapic().setEnabled(true);
    machine.expectNothing();
    // whether a request that came while disabled is kept is open
    machine.observe("interrupts that were sent while software-disabled", disabled.count());
    assertThat(disabled.count()).as("interrupts after the enable").isLessThanOrEqualTo(1);
    Startups.assertWorks(cpu, target, VECTOR + 1);
    machine.cpu(2).sti();
    machine.cpu(2).serve(VECTOR);
  }
}
