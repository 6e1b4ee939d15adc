package io.apictck.suites.lapic.lvt;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import io.apictck.suites.support.Startup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The entries as registers (Intel SDM Vol. 3A, "Local Vector Table"). */
@Conformance
final class LvtRegisterTests {
  private static final int VECTORS = 0x100;
  private static final int FIRST_LEGAL = 0x10;

  private static void verifyReset(Cpu cpu) {
    for (LapicRegister entry : Entries.of(cpu.lapic())) {
      assertThat(cpu.lapic().lvt(entry)).as("%s of %s", entry, cpu).isEqualTo(LvtEntry.RESET);
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-LVT-001")
  void entriesAreMaskedAtFirst(Machine machine) {
    verifyReset(machine.cpu(0));
    verifyReset(machine.cpu(1));
  }

  @Test
  @OnMachine(powerOn = true)
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("LAPIC-LVT-001")
  void entriesAreMaskedAfterPowerOn(Cpu cpu) {
    verifyReset(cpu);
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-LVT-001")
  void entriesAreMaskedAfterInit(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    LvtEntry written = LvtEntry.fixed(0x77);
    for (Cpu each : List.of(cpu, target)) {
      Entries.of(each.lapic()).forEach(entry -> each.lapic().setLvt(entry, written));
    }
    Startup.restart(cpu, target);
    verifyReset(target);
    for (LapicRegister entry : Entries.of(cpu.lapic())) {
      assertThat(cpu.lapic().lvt(entry)).as("%s of the other processor", entry).isEqualTo(written);
      cpu.lapic().setLvt(entry, LvtEntry.RESET);
    }
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-001")
  void everyFieldReadsBack(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    for (LapicRegister entry : Entries.of(lapic)) {
      var others = RegisterDump.of(lapic, entry);
      cases.each(
          Entries.shapes(machine, entry),
          shape -> {
            List<LvtEntry> values = new ArrayList<>();
            for (int vector = 0; vector < VECTORS; vector++) {
              values.add(shape.withVector(vector));
            }
            verifyReadBack(cpu, entry, values);
          });
      // without the mask nothing but an ordinary interrupt can come of an idle source
      List<LvtEntry> unmasked = new ArrayList<>();
      for (int vector = FIRST_LEGAL; vector < VECTORS; vector++) {
        unmasked.add(LvtEntry.fixed(vector));
        unmasked.add(LvtEntry.fixed(vector).withMasked(true));
      }
      unmasked.add(LvtEntry.RESET);
      verifyReadBack(cpu, entry, unmasked);
      assertThat(RegisterDump.of(lapic, entry)).as("registers besides %s", entry).isEqualTo(others);
    }
  }

  /** Writes and reads one value after another. */
  private static void verifyReadBack(Cpu cpu, LapicRegister entry, List<LvtEntry> values) {
    List<Instruction> block = new ArrayList<>();
    for (LvtEntry value : values) {
      block.add(cpu.lapic().writing(entry, value.raw()));
      block.add(cpu.lapic().reading(entry));
    }
    long[] read = cpu.run(block);
    int stride = read.length / values.size();
    for (int i = 0; i < values.size(); i++) {
      if (read[i * stride] != values.get(i).raw()) {
        assertThat(LvtEntry.of((int) read[i * stride])).as("%s", entry).isEqualTo(values.get(i));
      }
    }
  }

  @Test
  @Covers("LAPIC-LVT-002")
  void deliveryStatusAndRemoteIrrCannotBeSet(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    for (LapicRegister entry : Entries.of(lapic)) {
      for (LvtEntry shape : Entries.shapes(machine, entry)) {
        lapic.write(entry, shape.raw() | LvtEntry.DELIVERY_STATUS | LvtEntry.REMOTE_IRR);
        int read = lapic.read(entry) & (LvtEntry.DELIVERY_STATUS | entry.definedBits());
        assertThat(LvtEntry.of(read)).as("%s", entry).isEqualTo(shape);
      }
      lapic.setLvt(entry, LvtEntry.RESET);
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers("LAPIC-LVT-002")
  void deliveryStatusAndRemoteIrrCannotBeSetByWrmsr(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    for (LapicRegister entry : Entries.of(lapic)) {
      int readOnly = entry.definedBits() & (LvtEntry.DELIVERY_STATUS | LvtEntry.REMOTE_IRR);
      // whether WRMSR faults is left open
      Attempt attempt = cpu.attempt(lapic.writing(entry, LvtEntry.RESET.raw() | readOnly));
      machine.observe(
          "WRMSR of " + entry + " with read-only bits set",
          attempt instanceof Attempt.Failed failed ? "exception " + failed.vector() : "no fault");
      assertThat(lapic.lvt(entry)).as("%s", entry).isEqualTo(LvtEntry.RESET);
    }
  }

  @Test
  @Records
  @Covers("LAPIC-LVT-003")
  void recordsReservedBits(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    for (LapicRegister entry : Entries.of(lapic)) {
      // no reserved delivery mode, and in the timer entry no reserved timer mode
      lapic.write(entry, ~LvtEntry.DELIVERY_MODE & ~LvtEntry.TIMER_MODE);
      machine.observe(
          entry + " keeps of its reserved bits",
          Hex.dword(lapic.read(entry) & ~entry.definedBits()));
      lapic.setLvt(entry, LvtEntry.RESET);
    }
    verifyReset(cpu);
  }

  @InEachApicMode
  @Covers("LAPIC-LVT-020")
  void deliveryStatusIsIdleAtFirst(Cpu cpu) {
    for (LapicRegister entry : Entries.of(cpu.lapic())) {
      assertThat(cpu.lapic().lvt(entry).deliveryStatus())
          .as("delivery status of %s", entry)
          .isFalse();
    }
  }
}
