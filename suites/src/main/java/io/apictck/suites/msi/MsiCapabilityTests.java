package io.apictck.suites.msi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.apictck.arch.MsiControl;
import io.apictck.arch.PciCapability;
import io.apictck.arch.PciRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Functions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The registers of an MSI capability (PCI Local Bus Specification, "MSI Capability Structure"). */
@Conformance
@Requires(Feature.MSI)
final class MsiCapabilityTests {
  /** Bits 15:11; bits 10:9 are extended message data in later editions. */
  private static final int RESERVED = 0xF800;

  private static final int CONTROL_BITS = 0x1FF;

  private static int controlOffset(MsiCapability msi) {
    return msi.offset() + MsiControl.OFFSET;
  }

  @Test
  @Covers("MSI-CAP-001")
  void theListOfCapabilitiesIsSound(Machine machine) {
    for (PciFunction function : machine.functions()) {
      List<PciFunction.Capability> list = function.capabilities();
      assertThat(list).as("capabilities of %s", function).doesNotHaveDuplicates();
      assertThat(list)
          .allSatisfy(capability ->
              assertThat(capability.offset())
                  .as("offset of capability %s", Hex.vector(capability.id()))
                  .isBetween(PciRegister.HEADER_SIZE, PciRegister.CONFIG_SIZE - 4));
      assertThat(list.stream().filter(capability -> capability.id() == PciCapability.MSI).count())
          .as("MSI capabilities of %s", function)
          .isLessThanOrEqualTo(1);
    }
  }

  @Test
  @Covers("MSI-CAP-001")
  void itsSizeFollowsFromItsForm(Machine machine) {
    for (MsiCapability msi : Functions.msi(machine)) {
      int end = msi.offset() + msi.layout().size();
      assertThat(end).as("end of %s", msi).isLessThanOrEqualTo(PciRegister.CONFIG_SIZE);
      for (PciFunction.Capability other : msi.function().capabilities()) {
        assertThat(other.offset() > msi.offset() && other.offset() < end)
            .as("%s overlaps capability %s", msi, Hex.vector(other.id()))
            .isFalse();
      }
      assertThat(msi.layout().raw() & RESERVED).as("reserved bits of %s", msi).isZero();
      assertThat(msi.layout().multipleMessageCapable())
          .as("multiple message capable of %s", msi)
          .isLessThanOrEqualTo(MsiControl.MAX_MULTIPLE_MESSAGE);
    }
  }

  @Test
  @Sweep
  @Covers("MSI-CAP-002")
  void onlyEnableAndAllocationCanBeWritten(Machine machine, Cases cases) {
    for (MsiCapability msi : Functions.msi(machine)) {
      int fixed = msi.layout().raw() & ~MsiControl.WRITABLE;
      List<Integer> values = new ArrayList<>();
      for (int value = 0; value <= CONTROL_BITS; value++) {
        if (MsiControl.of(value).multipleMessageEnable() <= msi.layout().multipleMessageCapable()) {
          values.add(value);
        }
      }
      cases.each(
          values,
          value -> {
            msi.setControl(MsiControl.of(value));
            assertThat(msi.control())
                .isEqualTo(MsiControl.of(fixed | (value & MsiControl.WRITABLE)));
          });
      msi.setControl(MsiControl.of(0));
      // a write of the upper byte alone
      msi.setEnabled(true);
      msi.function().writeConfig(controlOffset(msi) + 1, 1, 0xFF);
      assertThat(msi.control()).isEqualTo(MsiControl.of(fixed | MsiControl.ENABLE));
      msi.function().writeConfig(controlOffset(msi), 1, 0);
      assertThat(msi.control()).isEqualTo(MsiControl.of(fixed));
    }
  }

  /** A write to the whole DWORD must not touch ID and link. */
  @Test
  @Covers({"MSI-CAP-001", "MSI-CAP-002"})
  void idAndLinkCannotBeWritten(Machine machine) {
    for (MsiCapability msi : Functions.msi(machine)) {
      int before = msi.function().read(msi.offset(), 4);
      msi.function().writeConfig(msi.offset(), 4, (MsiControl.ENABLE << 16) | 0xFFFF);
      assertThat(msi.function().read(msi.offset(), 2)).as("ID and link").isEqualTo(before & 0xFFFF);
      assertThat(msi.control().enable()).as("enable").isTrue();
      msi.setEnabled(false);
    }
  }

  @Test
  @Sweep
  @Covers("MSI-CAP-003")
  void addressAndDataCanBeWritten(Machine machine, Cases cases) {
    for (MsiCapability msi : Functions.msi(machine)) {
      long addressBits = msi.layout().address64() ? -1L << 2 : 0xFFFF_FFFCL;
      List<Long> values = new ArrayList<>(List.of(0L, -1L, 0x5555_5555_5555_5555L));
      for (int bit = 0; bit < Long.SIZE; bit++) {
        values.add(1L << bit);
      }
      cases.each(
          values,
          value -> {
            msi.setAddress(value);
            assertThat(msi.address()).as("address").isEqualTo(value & addressBits);
            msi.setData((int) ~value & 0xFFFF);
            assertThat(msi.data()).as("data").isEqualTo((int) ~value & 0xFFFF);
            assertThat(msi.address()).as("address after data").isEqualTo(value & addressBits);
          });
      msi.program(0, 0);
    }
  }

  @Test
  @Covers("MSI-CAP-003")
  void bytesAndWordsCanBeWritten(Machine machine) {
    for (MsiCapability msi : Functions.msi(machine)) {
      PciFunction function = msi.function();
      int address = msi.offset() + MsiControl.ADDRESS_OFFSET;
      msi.setAddress(0);
      for (int i = 0; i < 4; i++) {
        function.writeConfig(address + i, 1, 0x10 * (i + 1));
      }
      assertThat(msi.address()).as("address written by bytes").isEqualTo(0x4030_2010L);
      function.writeConfig(address + 2, 2, 0xBEEF);
      assertThat(msi.address()).as("address written by a word").isEqualTo(0xBEEF_2010L);
      assertThat(function.read(address + 2, 1)).as("a byte of it").isEqualTo(0xEF);
      assertThat(function.read(address + 2, 2)).as("a word of it").isEqualTo(0xBEEF);
      int data = msi.offset() + msi.layout().dataOffset();
      msi.setData(0x1234);
      function.writeConfig(data + 1, 1, 0xAB);
      assertThat(msi.data()).as("data with a byte written").isEqualTo(0xAB34);
      msi.program(0, 0);
    }
  }

  private static Map<String, Integer> dump(Machine machine, PciFunction except) {
    Map<String, Integer> values = new TreeMap<>();
    for (PciFunction function : machine.functions()) {
      if (function.requesterId() != except.requesterId()) {
        for (int offset = 0; offset < PciRegister.CONFIG_SIZE; offset += 4) {
          values.put(function + " offset " + Hex.vector(offset), function.read(offset, 4));
        }
      }
    }
    return values;
  }

  @Test
  @Covers("MSI-CAP-003")
  void functionsHaveRegistersOfTheirOwn(Machine machine) {
    for (MsiCapability msi : Functions.msi(machine)) {
      Map<String, Integer> before = dump(machine, msi.function());
      msi.program(-1, 0xFFFF);
      msi.allocate(msi.layout().multipleMessageCapable());
      assertThat(dump(machine, msi.function())).isEqualTo(before);
    }
  }

  @Test
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("MSI-CAP-002")
  void aResetDisablesMessages(Machine machine) {
    for (MsiCapability msi : Functions.msi(machine)) {
      makeDirty(msi);
    }
    machine.reset();
    Functions.msi(machine).forEach(MsiCapabilityTests::verifyReset);
  }

  @Test
  @Covers("MSI-CAP-002")
  void aFunctionLevelResetDisablesMessages(Machine machine) {
    List<MsiCapability> resettable =
        Functions.msi(machine).stream()
            .filter(msi -> msi.function().hasFunctionLevelReset())
            .toList();
    assumeFalse(resettable.isEmpty(), "a PCI function with MSI has a function level reset");
    for (MsiCapability msi : resettable) {
      makeDirty(msi);
      msi.function().functionLevelReset();
      assertThat(msi.function().command() & PciRegister.COMMAND_BUS_MASTER)
          .as("bus master enable")
          .isZero();
      verifyReset(msi);
    }
  }

  private static void makeDirty(MsiCapability msi) {
    msi.program(0xFEE0_0000L, 0x61);
    if (msi.layout().perVectorMasking()) {
      msi.setMask(-1);
    }
    msi.allocate(msi.layout().multipleMessageCapable());
    msi.setEnabled(true);
  }

  private static void verifyReset(MsiCapability msi) {
    assertThat(msi.control()).isEqualTo(MsiControl.of(msi.layout().raw() & ~MsiControl.WRITABLE));
    if (msi.layout().perVectorMasking()) {
      assertThat(msi.mask()).as("mask bits of %s", msi).isZero();
      assertThat(msi.pending()).as("pending bits of %s", msi).isZero();
    }
  }

  @Test
  @Requires(stimuli = Stimulus.FUNCTION_INTERRUPTS)
  @Covers("MSI-CAP-003")
  void maskBitsOfMessagesCanBeWritten(Machine machine) {
    for (MsiCapability msi : Functions.maskableMsi(machine)) {
      int all = -1 >>> (Integer.SIZE - msi.messages());
      for (int value : List.of(all, 0, 0x5555_5555 & all, 1 << (msi.messages() - 1), 1)) {
        msi.setMask(value);
        assertThat(msi.mask() & all).as("mask bits of %s", msi).isEqualTo(value);
      }
      msi.setMask(0);
    }
  }
}
