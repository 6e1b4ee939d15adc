package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Reserved bits, reserved indices and accesses of other sizes, which the data sheet leaves open:
 * all else must stay as it is.
 */
@Conformance
@Requires(Feature.IO_APIC)
final class ReservedRegisterTests {
  private static final int VECTOR = 0x41;
  private static final long RESERVED = 0x0000_FFFF_FFFE_0000L;

  private static List<Long> defined(IoApic ioApic) {
    List<Long> registers = new ArrayList<>();
    registers.add((long) ioApic.read(IoApic.ID));
    registers.add((long) ioApic.read(IoApic.VERSION));
    for (int input = 0; input < ioApic.inputs(); input++) {
      registers.add(ioApic.entry(input).raw());
    }
    return registers;
  }

  @Test
  @Records
  @Requires(stimuli = Stimulus.LINES, pins = 1)
  @Covers("IOA-REG-009")
  void reservedBitsOfAnEntry(Machine machine, Cpu cpu) {
    Pin pin = Pin.fromLast(machine, 0);
    RedirectionEntry entry = RedirectionEntry.fixed(VECTOR, cpu.apicId());
    pin.set(
        RedirectionEntry.of(entry.raw() | RESERVED | RedirectionEntry.EXTENDED_DESTINATION)
            .withMasked(true));
    machine.observe("bits 55:17, written as ones", Hex.qword(pin.entry().raw()));
    pin.set(RedirectionEntry.of(entry.raw() | RESERVED));
    Counter taken = cpu.countInterrupts(VECTOR);
    cpu.sti();
    pin.pulse();
    machine.expectNothing();
    machine.observe("interrupts of an entry with bits 47:17 set", taken.count());
    pin.release();
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Records
  @Covers("IOA-REG-010")
  void reservedIndices(Machine machine) {
    for (int i = 0; i < machine.description().ioApics().size(); i++) {
      IoApic ioApic = machine.ioApic(i);
      List<Long> before = defined(ioApic);
      Set<String> values = new LinkedHashSet<>();
      for (int index = IoApic.ARBITRATION + 1; index <= 0xFF; index++) {
        if (index < IoApic.entryIndex(0) || index >= IoApic.entryIndex(ioApic.inputs())) {
          values.add(Hex.dword(ioApic.read(index)));
          ioApic.write(index, 0xFFFE_FFFF);
          values.add(Hex.dword(ioApic.read(index)));
        }
      }
      machine.observe("values at reserved indices", values);
      assertThat(defined(ioApic)).as("defined registers afterwards").isEqualTo(before);
    }
  }

  @Test
  @Records
  @Covers("IOA-REG-011")
  void otherSizesAndOffsets(Machine machine, Cpu cpu) {
    IoApic ioApic = machine.ioApic();
    List<Long> before = defined(ioApic);
    for (int width : new int[] {1, 2}) {
      cpu.write32(ioApic.address(IoApic.IOREGSEL), IoApic.VERSION);
      long[] window = cpu.run(new Instruction.Load(ioApic.address(IoApic.IOWIN), width));
      machine.observe("%d-byte read of IOWIN".formatted(width), Hex.dword((int) window[0]));
      cpu.run(new Instruction.Store(ioApic.address(IoApic.IOREGSEL), width, 0));
      machine.observe(
          "index after a %d-byte write of 0 to IOREGSEL".formatted(width),
          Hex.dword(cpu.read32(ioApic.address(IoApic.IOREGSEL))));
    }
    for (int offset : new int[] {0x04, 0x11, 0x20}) {
      cpu.write32(ioApic.address(IoApic.IOREGSEL), IoApic.VERSION);
      cpu.run(new Instruction.Store(ioApic.address(offset), 1, 0xFF));
      machine.observe(
          "byte read at offset " + Integer.toHexString(offset) + "h",
          Hex.dword((int) cpu.run(new Instruction.Load(ioApic.address(offset), 1))[0]));
    }
    assertThat(defined(ioApic)).as("defined registers afterwards").isEqualTo(before);
  }
}
