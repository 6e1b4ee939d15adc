package io.apictck.suites.msix;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiXCapability;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.Landing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Accesses to the MSI-X table and to the pending bits (PCI Local Bus Specification, "MSI-X
 * Capability and Table Structures").
 */
@Conformance
@Requires(Feature.MSI_X)
final class MsiXTableTests {
  private static long addressOf(int entry) {
    return 0x0123_4567_0000_0000L + entry * 0x0101_0104L;
  }

  private static MsiXEntry unique(int entry) {
    return new MsiXEntry(addressOf(entry), 0x8000_0000 | entry * 0x10001, MsiXEntry.MASK);
  }

  @Test
  @Covers("MSIX-CAP-002")
  void entriesKeepWhatIsWritten(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      for (int entry = 0; entry < msiX.entries(); entry++) {
        msiX.setEntry(entry, unique(entry));
      }
      for (int entry = 0; entry < msiX.entries(); entry++) {
        assertThat(msiX.entry(entry)).isEqualTo(unique(entry));
      }
      msiX.setMask(1, false);
      for (int entry = 0; entry < msiX.entries(); entry++) {
        assertThat(msiX.entry(entry).masked()).as("mask of entry %d", entry).isEqualTo(entry != 1);
      }
      msiX.setMask(1, true);
      assertThat(msiX.entry(1)).isEqualTo(unique(1));
    }
  }

  @Test
  @Sweep
  @Covers("MSIX-CAP-002")
  void eachBitOfAddressAndDataIsKept(Machine machine, Cases cases) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      int entry = msiX.entries() - 1;
      List<MsiXEntry> values = new ArrayList<>();
      for (int bit = 0; bit < Long.SIZE; bit++) {
        long address = 1L << bit & ~3L;
        int data = 1 << (bit & 31);
        values.add(new MsiXEntry(address, ~data, MsiXEntry.MASK));
        values.add(new MsiXEntry(~address & ~3L, data, MsiXEntry.MASK));
      }
      cases.each(
          values,
          value -> {
            msiX.setEntry(entry, value);
            assertThat(msiX.entry(entry)).isEqualTo(value);
          });
    }
  }

  @Test
  @Covers({"MSIX-CAP-002", "MSIX-CAP-009"})
  void qwordsAndDwordsShowTheSame(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      for (int entry = 0; entry < msiX.entries(); entry++) {
        MsiXEntry value = unique(entry);
        msiX.write64(entry, MsiXEntry.ADDRESS, value.address());
        msiX.write64(
            entry,
            MsiXEntry.DATA,
            (long) value.vectorControl() << 32 | Integer.toUnsignedLong(value.data()));
      }
      for (int entry = 0; entry < msiX.entries(); entry++) {
        assertThat(msiX.entry(entry)).isEqualTo(unique(entry));
        assertThat(msiX.read64(entry, MsiXEntry.ADDRESS)).isEqualTo(addressOf(entry));
        assertThat(msiX.read64(entry, MsiXEntry.DATA))
            .isEqualTo(1L << 32 | Integer.toUnsignedLong(unique(entry).data()));
      }
    }
  }

  /** Data and mask in one access: the message that leaves has the new data. */
  @Test
  @Requires(stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers({"MSIX-CAP-009", "MSIX-CAP-007"})
  void aQwordWriteUnmasksWithItsData(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      int entry = msiX.entries() - 1;
      msiX.setMessage(entry, landing.address(), 0x1111_1111);
      msiX.setMask(entry, true);
      msiX.setControl(MsiXControl.of(MsiXControl.ENABLE));
      msiX.function().interrupt(entry, true);
      landing.expectNothing();
      msiX.write64(entry, MsiXEntry.DATA, 0x2222_2222L);
      landing.expect(0x2222_2222);
      assertThat(msiX.pending(entry)).as("pending bit").isFalse();
      landing.expectNothing();
      // and one masks again
      msiX.function().interrupt(entry, false);
      msiX.write64(entry, MsiXEntry.DATA, 1L << 32 | 0x3333_3333L);
      msiX.function().interrupt(entry, true);
      landing.expectNothing();
      assertThat(msiX.pending(entry)).as("pending bit").isTrue();
      msiX.function().interrupt(entry, false);
      msiX.setEnabled(false);
    }
  }

  @Test
  @Requires(stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers("MSIX-CAP-009")
  void pendingBitsAreReadByDwordsAndQwords(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      int count = Math.min(msiX.entries(), msiX.function().interrupts());
      msiX.setControl(MsiXControl.of(MsiXControl.ENABLE | MsiXControl.FUNCTION_MASK));
      for (int entry = 0; entry < count; entry++) {
        msiX.function().interrupt(entry, true);
        for (int word = 0; word < (count + 31) / 32; word++) {
          int expected = entry / 32 == word ? 1 << entry % 32 : 0;
          assertThat(msiX.pendingWord(word)).as("pending bits, word %d", word).isEqualTo(expected);
        }
        long qword = machine.cpu(0).run(new Instruction.Load(msiX.pba() + entry / 64 * 8L, 8))[0];
        assertThat(qword).as("pending bits, QWORD").isEqualTo(1L << entry % 64);
        msiX.function().interrupt(entry, false);
        assertThat(msiX.pending(entry)).as("pending bit of a satisfied condition").isFalse();
      }
      msiX.setControl(MsiXControl.of(0));
    }
  }

  @Test
  @Records
  @Requires(stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers("MSIX-CAP-009")
  void writesToPendingBits(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      msiX.setControl(MsiXControl.of(MsiXControl.ENABLE | MsiXControl.FUNCTION_MASK));
      msiX.function().interrupt(0, true);
      for (int value : List.of(0, -1)) {
        machine.cpu(0).write32(msiX.pba(), value);
        machine.observe(
            "pending bits of %s after a write of %08Xh".formatted(msiX, value),
            Integer.toHexString(msiX.pendingWord(0)));
      }
      msiX.function().interrupt(0, false);
      msiX.setControl(MsiXControl.of(0));
    }
  }

  @Test
  @Records
  @Covers("MSIX-CAP-002")
  void reservedBitsOfVectorControl(Machine machine) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      msiX.write(0, MsiXEntry.VECTOR_CONTROL, -1);
      machine.observe(
          "vector control of %s after a write of ones".formatted(msiX),
          Integer.toHexString(msiX.read(0, MsiXEntry.VECTOR_CONTROL)));
      assertThat(msiX.entry(0).masked()).as("mask").isTrue();
      msiX.write(0, MsiXEntry.VECTOR_CONTROL, MsiXEntry.MASK);
    }
  }
}
