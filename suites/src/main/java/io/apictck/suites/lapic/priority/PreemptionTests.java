package io.apictck.suites.lapic.priority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.Vectors;
import java.util.ArrayList;
import java.util.List;

/**
 * Interrupts that arrive in a handler (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed
 * Interrupts").
 */
@Conformance
final class PreemptionTests {
  @InEachApicMode
  @Covers("LAPIC-PRI-010")
  void onlyAHigherClassInterruptsAHandler(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    lapic.sendSelfIpi(0x41);
    cpu.takeInterrupt(0x41);
    cpu.sti();
    lapic.sendSelfIpi(0x52);
    cpu.takeInterrupt(0x52);
    assertThat(lapic).isServicing(0x41, 0x52).requestsNothing();
    cpu.finishInterrupt();
    lapic.sendSelfIpi(0x4F);
    lapic.sendSelfIpi(0x31);
    lapic.sendSelfIpi(0x41);
    machine.expectNothing();
    assertThat(lapic).isServicing(0x41).requests(0x31, 0x41, 0x4F);
    cpu.cli();
    cpu.finishInterrupt();
    cpu.serve(0x4F);
    cpu.serve(0x41);
    cpu.serve(0x31);
    assertThat(lapic).isIdle();
  }

  /**
   * The requests rise, so that each is the highest pending one when it is compared with the vector
   * in service.
   */
  @InEachApicMode
  @Sweep(sample = 8)
  @Covers("LAPIC-PRI-010")
  void comparesClassesForEachVectorInServiceAndEachRequest(Machine machine, Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        inService -> {
          cpu.run(SelfIpi.of(lapic, inService));
          cpu.takeInterrupt(inService);
          cpu.sti();
          int lastHeld = inService | 0xF;
          cpu.run(requests(lapic, lastHeld));
          machine.expectNothing();
          for (int vector = lastHeld + 1; vector <= Vectors.LAST; vector++) {
            cpu.run(SelfIpi.of(lapic, vector));
            cpu.serve(vector);
          }
          LapicState state = LapicState.of(lapic);
          assertThat(state.irr()).as("IRR").isEqualTo(Vectors.range(Vectors.FIRST, lastHeld));
          assertThat(state.isr()).as("ISR").isEqualTo(VectorSet.of(inService));
          cpu.run(new Instruction.Cli(), lapic.endingInterrupt(), new Instruction.Iret());
          for (int vector = lastHeld; vector >= Vectors.FIRST; vector--) {
            cpu.serve(vector);
          }
        });
    assertThat(lapic).isIdle();
  }

  private static List<Instruction> requests(LocalApic lapic, int last) {
    List<Instruction> block = new ArrayList<>();
    for (int vector = Vectors.FIRST; vector <= last; vector++) {
      block.add(SelfIpi.of(lapic, vector));
    }
    return block;
  }
}
