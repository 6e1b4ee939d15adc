package io.apictck.suites.lapic.priority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.SelfIpi;
import io.apictck.suites.support.VectorPair;
import io.apictck.suites.support.Vectors;
import java.util.ArrayList;
import java.util.List;

/**
 * Which pending vector comes first (Intel SDM Vol. 3A, "Interrupt, Task, and Processor Priority").
 */
@Conformance
final class DeliveryOrderTests {
  @InEachApicMode
  @Covers("LAPIC-PRI-001")
  void deliversTheHighestFirstAcrossClassesAndInsideOne(Cpu cpu) {
    for (int vector : new int[] {0x31, 0x3F, 0x45, 0x52, 0x32}) {
      cpu.lapic().sendSelfIpi(vector);
    }
    cpu.sti();
    for (int vector : new int[] {0x52, 0x45, 0x3F, 0x32, 0x31}) {
      cpu.serve(vector);
    }
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("LAPIC-PRI-001")
  void deliversAllVectorsFromTheHighestDown(Cpu cpu) {
    Vectors.makeAllOrdinary(cpu.lapic());
    List<Instruction> requests = new ArrayList<>();
    // up and down, so that the order of arrival is not that of delivery
    for (int i = 0; i < 120; i++) {
      requests.add(SelfIpi.of(cpu.lapic(), Vectors.FIRST + i));
      requests.add(SelfIpi.of(cpu.lapic(), Vectors.LAST - i));
    }
    cpu.run(requests);
    cpu.sti();
    for (int vector = Vectors.LAST; vector >= Vectors.FIRST; vector--) {
      cpu.serve(vector);
    }
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-PRI-001")
  void deliversTheHigherOfEachPairFirst(Cpu cpu, Cases cases) {
    Vectors.makeAllOrdinary(cpu.lapic());
    LocalApic lapic = cpu.lapic();
    cases.each(
        VectorPair.from(Vectors.FIRST),
        pair -> {
          int first = pair.first();
          int second = pair.second();
          cpu.run(
              new Instruction.Cli(),
              SelfIpi.of(lapic, first),
              SelfIpi.of(lapic, second),
              new Instruction.Sti());
          cpu.serve(Math.max(first, second));
          if (first != second) {
            cpu.serve(Math.min(first, second));
          }
        });
    assertThat(lapic).isIdle();
  }
}
