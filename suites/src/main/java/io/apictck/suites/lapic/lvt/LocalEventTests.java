package io.apictck.suites.lapic.lvt;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import java.util.List;

/** Performance, thermal and CMCI events (Intel SDM Vol. 3A, "Local Vector Table"). */
@Conformance
@Requires(stimuli = Stimulus.LOCAL_EVENTS)
final class LocalEventTests {
  private static final int VECTOR = 0x74;
  private static final LvtEntry FIXED = LvtEntry.fixed(VECTOR);
  private static final LvtEntry NMI = LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.NMI);

  /** What an entry reads after its event: the performance entry masks itself. */
  private static LvtEntry delivered(LocalSource source, LvtEntry entry) {
    return entry.withMasked(source == LocalSource.PERFORMANCE);
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-LVT-014", "LAPIC-LVT-016", "LAPIC-LVT-020"})
  void fixedInterruptsOncePerEvent(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.each(
        LocalSource.events(cpu),
        source -> {
          for (int event = 0; event < 2; event++) {
            lapic.setLvt(source.entry(), FIXED);
            var before = RegisterDump.of(lapic, LapicRegister.IRR, source.entry());
            source.signal(cpu);
            machine.settle(() -> lapic.irr().contains(VECTOR));
            assertThat(lapic).requests(VECTOR).isServicingNothing().hasTriggerMode(VECTOR, false);
            assertThat(lapic.lvt(source.entry()))
                .as("%s after the event", source.entry())
                .isEqualTo(delivered(source, FIXED));
            assertThat(RegisterDump.of(lapic, LapicRegister.IRR, source.entry()))
                .as("other registers")
                .isEqualTo(before);
            cpu.sti();
            cpu.takeInterrupt(VECTOR);
            assertThat(lapic).isServicing(VECTOR).requestsNothing().hasTriggerMode(VECTOR, false);
            cpu.finishInterrupt();
            machine.expectNothing();
            cpu.cli();
          }
          lapic.setLvt(source.entry(), LvtEntry.RESET);
          assertThat(lapic).isIdle();
        });
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-LVT-014", "LAPIC-LVT-016"})
  void nmiOncePerEventWhateverTheVector(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    lapic.setTpr(0xFF);
    cases.each(
        LocalSource.events(cpu),
        source -> {
          for (int vector : new int[] {0, 0xF, VECTOR}) {
            LvtEntry entry = NMI.withVector(vector);
            lapic.setLvt(source.entry(), entry);
            source.signal(cpu);
            cpu.takeNmi();
            assertThat(lapic).isIdle();
            assertThat(lapic.lvt(source.entry()))
                .as("%s after the event", source.entry())
                .isEqualTo(delivered(source, entry));
            cpu.iret();
            machine.expectNothing();
          }
          lapic.setLvt(source.entry(), LvtEntry.RESET);
        });
    lapic.setTpr(0);
    assertThat(lapic).hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.SMI)
  @Covers({"LAPIC-LVT-014", "LAPIC-LVT-016"})
  void smiOncePerEvent(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    LvtEntry entry = LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.SMI);
    cases.each(
        LocalSource.events(cpu),
        source -> {
          lapic.setLvt(source.entry(), entry);
          source.signal(cpu);
          cpu.takeSmi();
          assertThat(lapic).isIdle();
          assertThat(lapic.lvt(source.entry()))
              .as("%s after the event", source.entry())
              .isEqualTo(delivered(source, entry));
          cpu.iret();
          machine.expectNothing();
          lapic.setLvt(source.entry(), LvtEntry.RESET);
        });
    assertThat(lapic).hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-LVT-005", "LAPIC-LVT-016"})
  void maskedEventIsForgotten(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.each(
        LocalSource.events(cpu),
        source -> {
          for (LvtEntry entry : List.of(FIXED, NMI)) {
            lapic.setLvt(source.entry(), entry.withMasked(true));
            source.signal(cpu);
            source.signal(cpu);
            machine.expectNothing();
            assertThat(lapic.lvt(source.entry()))
                .as("%s", source.entry())
                .isEqualTo(entry.withMasked(true));
            lapic.setLvt(source.entry(), entry);
            machine.expectNothing();
            assertThat(lapic).isIdle();
            lapic.setLvt(source.entry(), LvtEntry.RESET);
          }
        });
  }

  @InEachApicMode
  @Requires(Feature.LVT_PERFORMANCE)
  @Covers("LAPIC-LVT-014")
  void performanceEntryStaysMaskedUntilSoftwareClearsIt(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    for (int round = 0; round < 2; round++) {
      lapic.setLvt(LapicRegister.LVT_PERFORMANCE, FIXED);
      LocalSource.PERFORMANCE.signal(cpu);
      cpu.takeInterrupt(VECTOR);
      assertThat(lapic.lvt(LapicRegister.LVT_PERFORMANCE))
          .as("LVT_PERFORMANCE in the handler")
          .isEqualTo(FIXED.withMasked(true));
      LocalSource.PERFORMANCE.signal(cpu);
      machine.expectNothing();
      assertThat(lapic).isServicing(VECTOR).requestsNothing();
      cpu.finishInterrupt();
      LocalSource.PERFORMANCE.signal(cpu);
      machine.expectNothing();
      assertThat(lapic.lvt(LapicRegister.LVT_PERFORMANCE))
          .as("LVT_PERFORMANCE afterwards")
          .isEqualTo(FIXED.withMasked(true));
    }
  }

  @InEachApicMode
  @Sweep
  @OnMachine(processors = 2)
  @Covers("LAPIC-LVT-016")
  void eventBelongsToOneProcessor(Machine machine, Cpu cpu, Cases cases) {
    Cpu other = machine.cpu(1);
    other.sti();
    cpu.sti();
    cases.each(
        LocalSource.events(cpu),
        source -> {
          cpu.lapic().setLvt(source.entry(), FIXED);
          other.lapic().setLvt(source.entry(), NMI);
          var before = RegisterDump.of(other.lapic());
          source.signal(cpu);
          cpu.serve(VECTOR);
          machine.expectNothing();
          assertThat(RegisterDump.of(other.lapic())).as("registers of the other").isEqualTo(before);
          source.signal(other);
          other.takeNmi();
          other.iret();
          machine.expectNothing();
          assertThat(cpu.lapic()).isIdle();
          cpu.lapic().setLvt(source.entry(), LvtEntry.RESET);
          other.lapic().setLvt(source.entry(), LvtEntry.RESET);
        });
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-LVT-016")
  void eachSourceHasItsOwnEntry(Machine machine, Cpu cpu, Cases cases) {
    List<LocalSource> sources = LocalSource.events(cpu);
    cpu.sti();
    cases.each(
        sources,
        source -> {
          for (LocalSource each : sources) {
            cpu.lapic().setLvt(each.entry(), FIXED.withVector(vectorOf(sources, each)));
          }
          source.signal(cpu);
          cpu.serve(vectorOf(sources, source));
          machine.expectNothing();
        });
    sources.forEach(each -> cpu.lapic().setLvt(each.entry(), LvtEntry.RESET));
  }

  private static int vectorOf(List<LocalSource> sources, LocalSource source) {
    return VECTOR + 0x10 * sources.indexOf(source);
  }
}
