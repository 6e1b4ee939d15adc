package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MsiXEntry;
import io.apictck.arch.PciRegister;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.MsiXCapability;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Functions;
import java.util.List;

/** PCI functions as sources (Intel VT-d specification, "MSI and MSI-X Register Programming"). */
@Conformance
@Requires(value = Feature.INTERRUPT_REMAPPING, stimuli = Stimulus.FUNCTION_INTERRUPTS)
final class FunctionTests {
  private static final int BASE = 0x60;
  private static final int FIRST_VECTOR = 0x40;

  private static void setEntries(Remapping remapping, PciFunction function, int count) {
    SourceValidation own = SourceValidation.requester(function.requesterId());
    for (int i = 0; i < count; i++) {
      remapping.table().set(BASE + i, remapping.entry(FIRST_VECTOR + i).withSource(own));
    }
    remapping.unit().invalidateAll();
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.MSI)
  @Covers({"IR-PRG-004", "IR-IDX-002", "IR-SID-002"})
  void eachMessageHasAnEntryBehindTheFirst(Machine machine, Cases cases) {
    List<MsiCapability> all = Functions.msi(machine);
    Remapping remapping = Remapping.start(machine);
    for (MsiCapability msi : all) {
      PciFunction function = msi.function();
      int count = Math.min(msi.messages(), function.interrupts());
      setEntries(remapping, function, count);
      msi.allocate(msi.layout().multipleMessageCapable());
      RemappableMessage message = RemappableMessage.of(BASE, 0);
      msi.program(message.address().physicalAddress(), message.data());
      msi.setEnabled(true);
      cases.range(
          0,
          count - 1,
          number -> remapping.verifyDelivered(() -> function.pulse(number), FIRST_VECTOR + number));
      msi.setEnabled(false);
    }
    remapping.verifyQuiet();
  }

  /** With SHV 0 the number of the message does not matter. */
  @InEachApicMode
  @Requires(Feature.MSI)
  @Covers("IR-IDX-001")
  void withoutSubhandleAllMessagesUseOneEntry(Machine machine) {
    List<MsiCapability> all = Functions.msi(machine);
    Remapping remapping = Remapping.start(machine);
    for (MsiCapability msi : all) {
      PciFunction function = msi.function();
      int count = Math.min(msi.messages(), function.interrupts());
      setEntries(remapping, function, count);
      msi.allocate(msi.layout().multipleMessageCapable());
      msi.program(RemappableMessage.of(BASE).address().physicalAddress(), 0);
      msi.setEnabled(true);
      for (int number = 0; number < count; number++) {
        int pulsed = number;
        remapping.verifyDelivered(() -> function.pulse(pulsed), FIRST_VECTOR);
      }
      msi.setEnabled(false);
    }
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.MSI_X)
  @Covers({"IR-PRG-005", "IR-SID-002"})
  void eachEntryHasItsHandle(Machine machine, Cases cases) {
    List<MsiXCapability> all = Functions.msiX(machine);
    Remapping remapping = Remapping.start(machine);
    for (MsiXCapability msiX : all) {
      PciFunction function = msiX.function();
      int count = Math.min(msiX.entries(), function.interrupts());
      setEntries(remapping, function, count);
      for (int entry = 0; entry < count; entry++) {
        // every other one with a subhandle of 0; the order is turned round
        int index = BASE + count - 1 - entry;
        RemappableMessage message =
            entry % 2 == 0 ? RemappableMessage.of(index) : RemappableMessage.of(index, 0);
        msiX.setEntry(entry, new MsiXEntry(message.address().physicalAddress(), message.data(), 0));
      }
      msiX.setEnabled(true);
      cases.range(
          0,
          count - 1,
          number ->
              remapping.verifyDelivered(
                  () -> function.pulse(number), FIRST_VECTOR + count - 1 - number));
      msiX.setEnabled(false);
    }
    remapping.verifyQuiet();
  }

  /** A blocked message was sent: the function goes on. */
  @InEachApicMode
  @Requires(Feature.MSI)
  @Covers("IR-FLT-011")
  void aBlockedMessageHarmsNothing(Machine machine) {
    List<MsiCapability> all = Functions.msi(machine);
    Remapping remapping = Remapping.start(machine);
    for (MsiCapability msi : all) {
      PciFunction function = msi.function();
      int id = function.requesterId();
      msi.allocate(0);
      msi.program(RemappableMessage.of(BASE).address().physicalAddress(), 0);
      msi.setEnabled(true);
      int status = function.read(PciRegister.STATUS, 2);
      remapping.set(BASE, remapping.entry(FIRST_VECTOR).withPresent(false));
      for (int i = 0; i < 3; i++) {
        remapping.verifyBlocked(() -> function.pulse(0), FaultReason.NOT_PRESENT, id, BASE);
      }
      assertThat(function.read(PciRegister.STATUS, 2))
          .as("status of %s", function)
          .isEqualTo(status);
      remapping.set(BASE, remapping.entry(FIRST_VECTOR));
      remapping.verifyDelivered(() -> function.pulse(0), FIRST_VECTOR);
      msi.setEnabled(false);
    }
    remapping.verifyQuiet();
  }
}
