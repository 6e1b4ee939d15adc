package io.apictck.suites.msix;

import static io.apictck.assertions.ConformanceAssertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
import io.apictck.arch.PciRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiXCapability;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Functions;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The registers of an MSI-X capability, and what a reset leaves (PCI Local Bus Specification,
 * "Message Control for MSI-X", "Table Offset/Table BIR for MSI-X", "PBA Offset/PBA BIR for MSI-X").
 */
@Conformance
@Requires(Feature.MSI_X)
final class MsiXCapabilityTests {
  private static final int RESERVED = 7 << 11;

  private static int controlOffset(MsiXCapability msiX) {
    return msiX.offset() + MsiXControl.OFFSET;
  }

  @Test
  @Covers("MSIX-CAP-001")
  void itsStructureIsSound(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      int end = msiX.offset() + MsiXControl.SIZE;
      assertThat(end).as("end of %s", msiX).isLessThanOrEqualTo(PciRegister.CONFIG_SIZE);
      for (PciFunction.Capability other : msiX.function().capabilities()) {
        assertThat(other.offset() > msiX.offset() && other.offset() < end)
            .as("%s overlaps the capability at %02Xh", msiX, other.offset())
            .isFalse();
      }
      assertThat(msiX.control().raw() & RESERVED).as("reserved bits of %s", msiX).isZero();
    }
  }

  @Test
  @Covers("MSIX-CAP-001")
  void tableAndPendingBitsLieInMemory(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      long tableSize = (long) msiX.entries() * MsiXEntry.SIZE;
      long pbaSize = (msiX.entries() + 63L) / 64 * 8;
      verifyInside(msiX, msiX.tableRegister(), tableSize);
      verifyInside(msiX, msiX.pbaRegister(), pbaSize);
      assertThat(msiX.pba() + pbaSize <= msiX.table() || msiX.table() + tableSize <= msiX.pba())
          .as("table and pending bits of %s lie apart", msiX)
          .isTrue();
    }
  }

  private static void verifyInside(MsiXCapability msiX, int register, long size) {
    int bar = register & MsiXControl.BIR;
    assertThat(bar).as("BIR of %s", msiX).isLessThan(PciRegister.BASE_ADDRESSES);
    PciFunction function = msiX.function();
    function.setCommand(PciRegister.COMMAND_MEMORY_SPACE, false);
    assertThat(function.isMemoryBar(bar)).as("base address %d is one of memory", bar).isTrue();
    long end = Integer.toUnsignedLong(register & ~MsiXControl.BIR) + size;
    assertThat(end).as("end in base address %d", bar).isLessThanOrEqualTo(function.barSize(bar));
    function.setCommand(PciRegister.COMMAND_MEMORY_SPACE, true);
  }

  @Test
  @Sweep
  @Covers("MSIX-CAP-001")
  void onlyEnableAndFunctionMaskCanBeWritten(Machine machine, Cases cases) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      int fixed = msiX.control().raw() & ~MsiXControl.WRITABLE;
      cases.range(
          0,
          0x1F,
          number -> {
            // the two writable bits with patterns for the others
            int pattern =
                List.of(0, 0x3FFF, 0x0555, 0x3AAA, 0x07FF, 0x3800, 1, 0x400).get(number >>> 2);
            int value = (number & 3) << 14 | pattern;
            msiX.setControl(MsiXControl.of(value));
            assertThat(msiX.control())
                .isEqualTo(MsiXControl.of(fixed | (value & MsiXControl.WRITABLE)));
          });
      msiX.setControl(MsiXControl.of(0));
      msiX.function().writeConfig(controlOffset(msiX) + 1, 1, MsiXControl.ENABLE >>> 8);
      assertThat(msiX.control()).isEqualTo(MsiXControl.of(fixed | MsiXControl.ENABLE));
      msiX.function().writeConfig(controlOffset(msiX), 1, 0);
      assertThat(msiX.control()).isEqualTo(MsiXControl.of(fixed | MsiXControl.ENABLE));
      msiX.setControl(MsiXControl.of(0));
    }
  }

  @Test
  @Covers("MSIX-CAP-001")
  void placesCannotBeWritten(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      int table = msiX.tableRegister();
      int pba = msiX.pbaRegister();
      int header = msiX.function().read(msiX.offset(), 2);
      for (int value : List.of(-1, 0, ~table, ~pba)) {
        msiX.function().writeConfig(msiX.offset() + MsiXControl.TABLE_OFFSET, 4, value);
        msiX.function().writeConfig(msiX.offset() + MsiXControl.PBA_OFFSET, 4, value);
        msiX.function().writeConfig(msiX.offset(), 2, value);
        assertThat(msiX.tableRegister()).as("table offset and BIR").isEqualTo(table);
        assertThat(msiX.pbaRegister()).as("PBA offset and BIR").isEqualTo(pba);
        assertThat(msiX.function().read(msiX.offset(), 2)).as("ID and link").isEqualTo(header);
      }
    }
  }

  /** Memory is decoded only with memory space enable, and where the base address says. */
  @Test
  @Covers("MSIX-CAP-001")
  void theTableMovesWithItsBaseAddress(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      PciFunction function = msiX.function();
      msiX.write(0, MsiXEntry.DATA, 0x1234_5678);
      function.setCommand(PciRegister.COMMAND_MEMORY_SPACE, false);
      assertThat(msiX.read(0, MsiXEntry.DATA))
          .as("data while not decoded")
          .isNotEqualTo(0x1234_5678);
      int bar = msiX.tableRegister() & MsiXControl.BIR;
      int offset = PciRegister.BASE_ADDRESS + 4 * bar;
      long moved = function.barAddress(bar) + 8 * function.barSize(bar);
      function.writeConfig(offset, 4, (int) moved);
      function.setCommand(PciRegister.COMMAND_MEMORY_SPACE, true);
      assertThat(function.msiX().read(0, MsiXEntry.DATA))
          .as("data at the new address")
          .isEqualTo(0x1234_5678);
      assertThat(msiX.read(0, MsiXEntry.DATA))
          .as("data at the old address")
          .isNotEqualTo(0x1234_5678);
    }
  }

  private static void makeDirty(MsiXCapability msiX) {
    for (int entry = 0; entry < msiX.entries(); entry++) {
      msiX.setEntry(entry, new MsiXEntry(0x1_0000_0000L, entry, 0));
    }
    msiX.setMask(1, true);
    msiX.setControl(MsiXControl.of(MsiXControl.ENABLE | MsiXControl.FUNCTION_MASK));
    msiX.function().interrupt(0, true);
    msiX.function().interrupt(1, true);
    assertThat(msiX.pendingWord(0)).as("pending bits before the reset").isEqualTo(3);
  }

  private static void verifyReset(MsiXCapability msiX) {
    assertThat(msiX.control()).isEqualTo(MsiXControl.of(msiX.entries() - 1));
    for (int entry = 0; entry < msiX.entries(); entry++) {
      assertThat(msiX.entry(entry).masked()).as("mask of entry %d", entry).isTrue();
    }
    for (int word = 0; word < (msiX.entries() + 31) / 32; word++) {
      assertThat(msiX.pendingWord(word)).as("pending bits").isZero();
    }
  }

  @Test
  @Requires(stimuli = {Stimulus.FUNCTION_INTERRUPTS, Stimulus.POWER_ON})
  @Covers({"MSIX-CAP-002", "MSIX-CAP-013"})
  void aResetMasksAllEntries(Machine machine) {
    Functions.msiX(machine).forEach(MsiXCapabilityTests::verifyReset);
    Functions.msiX(machine).forEach(MsiXCapabilityTests::makeDirty);
    machine.reset();
    Functions.msiX(machine).forEach(MsiXCapabilityTests::verifyReset);
  }

  @Test
  @Requires(stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers("MSIX-CAP-013")
  void aFunctionLevelResetMasksAllEntries(Machine machine) {
    List<MsiXCapability> resettable =
        Functions.msiX(machine).stream()
            .filter(msiX -> msiX.function().hasFunctionLevelReset())
            .toList();
    assumeFalse(resettable.isEmpty(), "a PCI function with MSI-X has a function level reset");
    for (MsiXCapability msiX : resettable) {
      makeDirty(msiX);
      msiX.function().functionLevelReset();
      msiX.function().activate();
      verifyReset(msiX.function().msiX());
    }
  }
}
