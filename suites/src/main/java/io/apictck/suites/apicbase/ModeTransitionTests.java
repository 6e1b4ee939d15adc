package io.apictck.suites.apicbase;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.RegisterDump;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which modes software may go to from which (Intel SDM Vol. 3A, "x2APIC State Transitions"). */
@Conformance
final class ModeTransitionTests {
  private static final int VECTOR = 0x61;

  /** A write of IA32_APIC_BASE that asks for EN and EXTD while the processor is in {@code from}. */
  private record Transition(ApicMode from, boolean en, boolean extd) {
    /** Off to xAPIC to x2APIC and from anywhere to off; what changes nothing is no transition. */
    boolean legal() {
      if (extd) {
        return en && from != ApicMode.DISABLED;
      }
      return !en || from != ApicMode.X2APIC;
    }

    ApicMode target() {
      return ApicBase.of(0).withEn(en).withExtd(extd).mode();
    }
  }

  private static List<Transition> transitions() {
    List<Transition> all = new ArrayList<>();
    for (ApicMode from : ApicMode.values()) {
      for (boolean en : new boolean[] {false, true}) {
        for (boolean extd : new boolean[] {false, true}) {
          all.add(new Transition(from, en, extd));
        }
      }
    }
    return all;
  }

  @Test
  @Sweep
  @OnMachine(processors = 2)
  @Requires(Feature.X2APIC)
  @Covers({
    "BASE-TR-001",
    "BASE-TR-002",
    "BASE-TR-003",
    "BASE-TR-004",
    "BASE-TR-005",
    "BASE-TR-006",
    "BASE-TR-009"
  })
  void everyTransitionIsAcceptedOrRefused(Machine machine, Cases cases) {
    for (Cpu cpu : machine.cpus()) {
      boolean bsp = cpu.apicBase().bsp();
      cases.each(
          transitions(),
          transition -> {
            Modes.bring(cpu, transition.from());
            long value = cpu.apicBase().withEn(transition.en()).withExtd(transition.extd()).raw();
            if (transition.legal()) {
              Modes.assertAccepts(cpu, value);
              Modes.assertInterface(cpu, transition.target());
            } else {
              Modes.assertRefuses(cpu, value);
              Modes.assertInterface(cpu, transition.from());
            }
            assertThat(cpu.apicBase().bsp()).as("BSP flag").isEqualTo(bsp);
          });
    }
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(Feature.X2APIC)
  @Covers("BASE-TR-001")
  void enteringX2apicModeKeepsBaseAndBspFlag(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      ApicBase before = cpu.apicBase();
      cpu.lapic().enterX2apic();
      assertThat(Hex.qword(cpu.apicBase().raw()))
          .as("IA32_APIC_BASE")
          .isEqualTo(Hex.qword(before.raw() | ApicBase.EXTD));
      assertThat(cpu.lapic().id()).as("MSR 802h").isEqualTo(cpu.apicId());
      assertThat(cpu.lapic().version().version()).as("version").isBetween(0x10, 0x15);
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers("BASE-TR-002")
  void leavingX2apicModeForXapicModeIsRefusedAndChangesNoRegister(Cpu cpu) {
    cpu.lapic().setTpr(0x35);
    cpu.lapic().sendSelfIpi(VECTOR);
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    Modes.assertRefuses(cpu, cpu.apicBase().withExtd(false).raw());
    assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(before);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @Covers("BASE-TR-004")
  void theInvalidCombinationIsRefusedAndChangesNoRegister(Cpu cpu) {
    cpu.lapic().setTpr(0x35);
    cpu.lapic().sendSelfIpi(VECTOR);
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    // where x2APIC mode is missing, bit 10 is reserved and the outcome is the same
    Modes.assertRefuses(cpu, cpu.apicBase().withEn(false).withExtd(true).raw());
    assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(before);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @Covers({"BASE-TR-005", "BASE-TR-006"})
  void deliversInterruptsAgainOnceReenabled(Cpu cpu) {
    for (int round = 0; round < 3; round++) {
      cpu.lapic().disableGlobally();
      Modes.assertInterface(cpu, ApicMode.DISABLED);
      cpu.lapic().enterXapic();
      Modes.assertInterface(cpu, ApicMode.XAPIC);
      cpu.lapic().setEnabled(true);
      cpu.sti();
      cpu.lapic().sendSelfIpi(VECTOR);
      cpu.serve(VECTOR);
      cpu.cli();
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers({"BASE-TR-005", "BASE-TR-006"})
  void receivesInterprocessorInterruptsOnceReenabled(Machine machine) {
    Cpu target = machine.cpu(1);
    target.lapic().disableGlobally();
    target.lapic().enterXapic();
    target.lapic().setEnabled(true);
    if (machine.cpu(0).lapic().mode() == ApicMode.X2APIC) {
      // the manual wants all local APICs in one mode
      target.lapic().enterX2apic();
    }
    target.sti();
    machine.cpu(0).lapic().sendIpi(target, VECTOR);
    target.serve(VECTOR);
  }

  @InEachApicMode
  @Covers("BASE-TR-009")
  void rewritingTheMsrChangesNothing(Cpu cpu) {
    cpu.lapic().setTpr(0x20);
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    cpu.lapic().sendSelfIpi(VECTOR + 1);
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    for (int i = 0; i < 2; i++) {
      Modes.assertAccepts(cpu, cpu.apicBase().raw());
      assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(before);
    }
    cpu.finishInterrupt();
    cpu.serve(VECTOR + 1);
  }

  @Test
  @Covers("BASE-TR-009")
  void rewritingTheMsrKeepsTheLogicalDestination(Cpu cpu) {
    cpu.lapic().write(LapicRegister.LDR, 0x4200_0000);
    cpu.lapic().write(LapicRegister.DFR, 0x0FFF_FFFF);
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    Modes.assertAccepts(cpu, cpu.apicBase().raw());
    assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(before);
  }
}
