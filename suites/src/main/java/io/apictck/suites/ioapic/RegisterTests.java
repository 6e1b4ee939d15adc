package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The registers of each I/O APIC (82093AA data sheet, "Register Description"). */
@Conformance
@Requires(Feature.IO_APIC)
final class RegisterTests {
  private static final int ID_BITS = 0x0F00_0000;
  private static final int WIDE_ID_BITS = 0xFF00_0000;
  private static final int FEWEST_INPUTS = 16;
  private static final long WRITABLE = RedirectionEntry.WRITABLE;
  private static final long READ_ONLY =
      RedirectionEntry.DELIVERY_STATUS | RedirectionEntry.REMOTE_IRR;

  private static List<IoApic> ioApics(Machine machine) {
    List<IoApic> ioApics = new ArrayList<>();
    for (int i = 0; i < machine.description().ioApics().size(); i++) {
      ioApics.add(machine.ioApic(i));
    }
    return ioApics;
  }

  @Test
  @Covers("IOA-REG-001")
  void theSelectRegisterReadsBack(Machine machine, Cpu cpu) {
    for (IoApic ioApic : ioApics(machine)) {
      long address = ioApic.address(IoApic.IOREGSEL);
      for (int index = 0; index <= 0xFF; index++) {
        cpu.write32(address, index);
        assertThat(cpu.read32(address) & 0xFF).as("IOREGSEL").isEqualTo(index);
      }
    }
  }

  @Test
  @Covers("IOA-REG-001")
  void theWindowShowsTheSelectedRegisterAndLeavesTheSelection(Machine machine, Cpu cpu) {
    for (IoApic ioApic : ioApics(machine)) {
      long select = ioApic.address(IoApic.IOREGSEL);
      long window = ioApic.address(IoApic.IOWIN);
      ioApic.setEntry(0, RedirectionEntry.fixed(0x31, 2).withMasked(true));
      int version = ioApic.read(IoApic.VERSION);
      cpu.write32(select, IoApic.entryIndex(0));
      assertThat(cpu.read32(window) & (int) WRITABLE).as("low half").isEqualTo(0x1_0031);
      cpu.write32(window, 0x1_0042);
      cpu.write32(window, 0x1_0053);
      assertThat(cpu.read32(select) & 0xFF)
          .as("IOREGSEL after accesses of IOWIN")
          .isEqualTo(IoApic.entryIndex(0));
      assertThat(cpu.read32(window) & (int) WRITABLE).as("low half").isEqualTo(0x1_0053);
      cpu.write32(select, IoApic.VERSION);
      assertThat(cpu.read32(window)).as("version").isEqualTo(version);
      assertThat(cpu.read32(window)).as("version, read again").isEqualTo(version);
      assertThat(ioApic.entry(0).destination()).as("destination").isEqualTo(2);
      ioApic.setEntry(0, RedirectionEntry.RESET);
    }
  }

  @Test
  @Requires(stimuli = Stimulus.POWER_ON)
  @OnMachine(powerOn = true)
  @Covers("IOA-REG-002")
  void theIdentificationIsZeroAfterReset(Machine machine) {
    for (IoApic ioApic : ioApics(machine)) {
      assertThat(ioApic.read(IoApic.ID)).as("ID register").isZero();
    }
  }

  @Test
  @Covers("IOA-REG-002")
  void onlyTheIdentificationIsWritable(Machine machine) {
    for (IoApic ioApic : ioApics(machine)) {
      int before = ioApic.read(IoApic.ID);
      ioApic.write(IoApic.ID, 0xFFFF_FFFF);
      // later parts have eight bits
      assertThat(ioApic.read(IoApic.ID)).as("ID register").isIn(ID_BITS, WIDE_ID_BITS);
      ioApic.write(IoApic.ID, 0x00FF_FFFF);
      assertThat(ioApic.read(IoApic.ID)).as("ID register").isZero();
      for (int id = 0; id <= 0xF; id++) {
        ioApic.write(IoApic.ID, id << 24);
        assertThat(ioApic.read(IoApic.ID)).as("ID register").isEqualTo(id << 24);
      }
      ioApic.write(IoApic.ID, before);
    }
  }

  @Test
  @Covers("IOA-REG-003")
  void theVersionTellsTheInputsAndIsReadOnly(Machine machine) {
    for (IoApic ioApic : ioApics(machine)) {
      int version = ioApic.read(IoApic.VERSION);
      machine.observe("version register", Hex.dword(version));
      assertThat(version & 0xFF)
          .as("version")
          .satisfiesAnyOf(
              number -> assertThat(number).isEqualTo(0x11),
              number -> assertThat(number).isBetween(0x20, 0x2F));
      assertThat((version >>> 16 & 0xFF) + 1)
          .as("inputs by the version register")
          .isEqualTo(ioApic.inputs())
          .isGreaterThanOrEqualTo(FEWEST_INPUTS);
      for (int value : new int[] {~version, 0, -1}) {
        ioApic.write(IoApic.VERSION, value);
        assertThat(ioApic.read(IoApic.VERSION)).as("version register").isEqualTo(version);
      }
    }
  }

  @Test
  @OnMachine(without = Feature.IO_APIC_EOI_REGISTER)
  @Covers({"IOA-REG-003", "IOA-REG-012"})
  void withoutAnEoiRegisterTheVersionIsOlder(Machine machine) {
    for (IoApic ioApic : ioApics(machine)) {
      assertThat(ioApic.version()).as("version").isLessThan(0x20);
      assertThat(ioApic.hasEoiRegister()).isFalse();
    }
  }

  @Test
  @Covers("IOA-REG-004")
  void theArbitrationIdFollowsTheIdentificationAndIsReadOnly(Machine machine) {
    for (IoApic ioApic : ioApics(machine)) {
      int before = ioApic.read(IoApic.ID);
      boolean present = false;
      for (int id : new int[] {5, 0xF, 0, 0xA}) {
        ioApic.write(IoApic.ID, id << 24);
        present |= ioApic.read(IoApic.ARBITRATION) != 0;
      }
      Assumptions.assumeTrue(present, "an arbitration register that is not always zero");
      for (int id : new int[] {5, 0, 0xF, 0xA}) {
        ioApic.write(IoApic.ID, id << 24);
        assertThat(ioApic.read(IoApic.ARBITRATION)).as("arbitration ID").isEqualTo(id << 24);
        ioApic.write(IoApic.ARBITRATION, ~(id << 24));
        ioApic.write(IoApic.ARBITRATION, 0x0600_0000);
        assertThat(ioApic.read(IoApic.ARBITRATION)).as("arbitration ID").isEqualTo(id << 24);
        assertThat(ioApic.read(IoApic.ID)).as("ID").isEqualTo(id << 24);
      }
      ioApic.write(IoApic.ID, before);
    }
  }

  /** Different patterns in all halves, the low ones first and the high ones from the last down. */
  @Test
  @Covers("IOA-REG-005")
  void theHalvesOfAllEntriesAreSeparate(Machine machine) {
    for (IoApic ioApic : ioApics(machine)) {
      for (int input = 0; input < ioApic.inputs(); input++) {
        ioApic.setEntryLow(input, pattern(input));
      }
      for (int input = ioApic.inputs() - 1; input >= 0; input--) {
        ioApic.setEntryHigh(input, pattern(input));
      }
      for (int input = 0; input < ioApic.inputs(); input++) {
        assertThat(defined(ioApic.entry(input))).as("entry %d", input).isEqualTo(pattern(input));
      }
      int last = ioApic.inputs() - 1;
      ioApic.setEntryLow(last, RedirectionEntry.RESET.withVector(0x99));
      assertThat(defined(ioApic.entry(last)))
          .as("entry %d after a write to its low half", last)
          .isEqualTo(
              RedirectionEntry.RESET.withVector(0x99).withDestination(pattern(last).destination()));
      ioApic.setEntryHigh(last, RedirectionEntry.RESET.withDestination(0x77));
      assertThat(defined(ioApic.entry(last)))
          .as("entry %d after a write to its high half", last)
          .isEqualTo(RedirectionEntry.RESET.withVector(0x99).withDestination(0x77));
      assertThat(defined(ioApic.entry(last - 1))).as("its neighbour").isEqualTo(pattern(last - 1));
      for (int input = 0; input < ioApic.inputs(); input++) {
        ioApic.setEntry(input, RedirectionEntry.RESET);
      }
    }
  }

  private static RedirectionEntry pattern(int input) {
    return RedirectionEntry.RESET
        .withVector(0x10 + input % 0xE0)
        .withDestination(0xFF - input & 0xFF);
  }

  private static RedirectionEntry defined(RedirectionEntry entry) {
    return RedirectionEntry.of(entry.raw() & (WRITABLE | READ_ONLY));
  }

  @Test
  @Requires(stimuli = Stimulus.POWER_ON)
  @OnMachine(powerOn = true)
  @Covers("IOA-REG-006")
  void allEntriesAreMaskedAfterReset(Machine machine) {
    for (IoApic ioApic : ioApics(machine)) {
      for (int input = 0; input < ioApic.inputs(); input++) {
        RedirectionEntry entry = ioApic.entry(input);
        assertThat(entry.masked()).as("entry %d masked, %s", input, entry).isTrue();
        if (!entry.equals(RedirectionEntry.RESET)) {
          machine.observe("entry " + input, Hex.qword(entry.raw()));
        }
      }
    }
  }

  @Test
  @Covers("IOA-REG-007")
  void deliveryStatusAndRemoteIrrAreReadOnly(Machine machine) {
    for (IoApic ioApic : ioApics(machine)) {
      for (int input = 0; input < ioApic.inputs(); input++) {
        for (boolean level : new boolean[] {true, false}) {
          RedirectionEntry entry = RedirectionEntry.RESET.withVector(0x41).withLevel(level);
          ioApic.setEntry(input, RedirectionEntry.of(entry.raw() | READ_ONLY));
          assertThat(defined(ioApic.entry(input))).as("entry %d", input).isEqualTo(entry);
        }
        ioApic.setEntry(input, RedirectionEntry.RESET);
      }
    }
  }

  /** Each defined bit alone, and all but each. */
  @Test
  @Sweep
  @Covers("IOA-REG-008")
  void everyDefinedBitHoldsWhatIsWritten(Machine machine, Cases cases) {
    List<RedirectionEntry> patterns = new ArrayList<>();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if ((WRITABLE >>> bit & 1) != 0) {
        patterns.add(RedirectionEntry.of(1L << bit).withMasked(true));
        patterns.add(RedirectionEntry.of(WRITABLE & ~(1L << bit)).withMasked(true));
      }
    }
    for (IoApic ioApic : ioApics(machine)) {
      int input = ioApic.inputs() - 1;
      cases.each(
          patterns,
          pattern -> {
            ioApic.setEntry(input, pattern);
            assertThat(defined(ioApic.entry(input))).as("entry %d", input).isEqualTo(pattern);
          });
      // the line is low: nothing is sent
      RedirectionEntry unmasked = RedirectionEntry.fixed(0x41, 0);
      ioApic.setEntry(input, unmasked);
      assertThat(defined(ioApic.entry(input))).as("unmasked entry").isEqualTo(unmasked);
      for (DeliveryMode mode : DeliveryMode.values()) {
        RedirectionEntry entry = RedirectionEntry.RESET.withDeliveryMode(mode);
        ioApic.setEntry(input, entry);
        assertThat(defined(ioApic.entry(input))).as("mode %s", mode).isEqualTo(entry);
      }
      ioApic.setEntry(input, RedirectionEntry.RESET);
    }
  }
}
