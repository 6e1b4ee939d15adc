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
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.RegisterDump;
import io.apictck.suites.support.Startup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** LINT0 and LINT1 in NMI, SMI and INIT mode (Intel SDM Vol. 3A, "Local Vector Table"). */
@Conformance
@Requires(stimuli = Stimulus.LINT_PINS)
final class LintModeTests {
  private static final int HELD = 0xF1;
  private static final int EVERYTHING = 0xFF;

  /** Vectors that an entry may hold; in these modes they mean nothing. */
  private static final int[] VECTORS = {0, 5, 0xF, 0x10, 0x42, 0xFF};

  /**
   * What an entry of a pin may hold besides the delivery mode.
   *
   * @param pin the pin
   * @param vector the vector field
   * @param level the trigger mode
   */
  private record Fields(LocalSource pin, int vector, boolean level) {
    static List<Fields> all() {
      List<Fields> all = new ArrayList<>();
      for (LocalSource pin : LocalSource.pins()) {
        for (int vector : VECTORS) {
          all.add(new Fields(pin, vector, false));
          all.add(new Fields(pin, vector, true));
        }
      }
      return all;
    }

    LvtEntry entry(DeliveryMode mode) {
      return LvtEntry.fixed(vector).withDeliveryMode(mode).withLevel(level);
    }
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-LVT-010", "LAPIC-LVT-020"})
  void nmiComesOncePerActiveEdge(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cpu.sti();
    cases.each(
        Fields.all(),
        fields -> {
          LvtEntry entry = fields.entry(DeliveryMode.NMI);
          lapic.setLvt(fields.pin().entry(), entry);
          var before = RegisterDump.of(lapic);
          for (int transition = 0; transition < 2; transition++) {
            cpu.line(fields.pin().line(), true);
            cpu.takeNmi();
            assertThat(RegisterDump.of(lapic)).as("registers in the NMI handler").isEqualTo(before);
            cpu.iret();
            machine.expectNothing();
            cpu.line(fields.pin().line(), false);
            machine.expectNothing();
          }
          lapic.setLvt(fields.pin().entry(), entry.withMasked(true));
          fields.pin().signal(cpu);
          machine.expectNothing();
          lapic.setLvt(fields.pin().entry(), LvtEntry.RESET);
          machine.expectNothing();
        });
    assertThat(lapic).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-LVT-010", "LAPIC-LVT-012"})
  void nmiIsNotHeldByPriorityNorByIf(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.each(
        LocalSource.pins(),
        pin -> {
          holdEverything(machine, cpu);
          lapic.setLvt(pin.entry(), LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.NMI));
          for (boolean enabled : new boolean[] {true, false}) {
            if (!enabled) {
              cpu.cli();
            }
            pin.signal(cpu);
            cpu.takeNmi();
            assertThat(lapic).requests(HELD).isServicingNothing().hasPpr(EVERYTHING);
            cpu.iret();
          }
          lapic.setLvt(pin.entry(), LvtEntry.RESET);
          release(cpu);
        });
  }

  /** A vector that is held shows that the priority is in force. */
  private static void holdEverything(Machine machine, Cpu cpu) {
    cpu.lapic().setTpr(EVERYTHING);
    cpu.sti();
    cpu.lapic().sendSelfIpi(HELD);
    machine.settle(() -> cpu.lapic().irr().contains(HELD));
    assertThat(cpu.lapic()).requests(HELD).isServicingNothing().hasPpr(EVERYTHING);
  }

  private static void release(Cpu cpu) {
    cpu.cli();
    cpu.lapic().setTpr(0);
    cpu.sti();
    cpu.serve(HELD);
    assertThat(cpu.lapic()).isIdle();
  }

  @InEachApicMode
  @Sweep
  @Requires(stimuli = Stimulus.SMI)
  @Covers({"LAPIC-LVT-011", "LAPIC-LVT-012"})
  void smiComesOncePerActiveEdgeWhateverThePriority(Machine machine, Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    cases.each(
        LocalSource.pins(),
        pin -> {
          LvtEntry entry = LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.SMI);
          holdEverything(machine, cpu);
          lapic.setLvt(pin.entry(), entry);
          var before = RegisterDump.of(lapic);
          for (int transition = 0; transition < 2; transition++) {
            cpu.line(pin.line(), true);
            cpu.takeSmi();
            assertThat(RegisterDump.of(lapic)).as("registers in the SMI handler").isEqualTo(before);
            cpu.iret();
            machine.expectNothing();
            cpu.line(pin.line(), false);
            machine.expectNothing();
          }
          lapic.setLvt(pin.entry(), entry.withMasked(true));
          pin.signal(cpu);
          machine.expectNothing();
          lapic.setLvt(pin.entry(), LvtEntry.RESET);
          release(cpu);
        });
    assertThat(lapic).hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @OnMachine(processors = 2)
  @Covers({"LAPIC-LVT-011", "LAPIC-LVT-012"})
  void initComesOncePerActiveEdgeWhateverThePriority(Machine machine, Cpu cpu, Cases cases) {
    Cpu target = machine.cpu(1);
    LvtEntry entry = LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.INIT);
    cases.each(
        LocalSource.pins(),
        pin -> {
          var others = stateOf(cpu);
          target.lapic().setLvt(pin.entry(), entry.withMasked(true));
          pin.signal(target);
          machine.expectNothing();
          holdEverything(machine, target);
          target.lapic().setLvt(pin.entry(), entry);
          cpu.line(pin.line(), true);
          machine.expectNothing();
          target.line(pin.line(), true);
          target.expectInit();
          assertThat(target.waitsForSipi()).as("waits for a start-up IPI").isTrue();
          machine.expectNothing();
          Startup.start(cpu, target);
          machine.expectNothing();
          assertThat(target.lapic()).isIdle().hasTpr(0);
          for (LapicRegister each : Entries.of(target.lapic())) {
            assertThat(target.lapic().lvt(each))
                .as("%s after INIT", each)
                .isEqualTo(LvtEntry.RESET);
          }
          target.line(pin.line(), false);
          cpu.line(pin.line(), false);
          machine.expectNothing();
          target.lapic().setEnabled(true);
          assertThat(stateOf(cpu)).as("registers of the other processor").isEqualTo(others);
        });
  }

  /** The registers but the ICR, which starts the other processor. */
  private static Map<String, String> stateOf(Cpu cpu) {
    return RegisterDump.of(cpu.lapic(), LapicRegister.ICR, LapicRegister.ICR_HIGH);
  }
}
