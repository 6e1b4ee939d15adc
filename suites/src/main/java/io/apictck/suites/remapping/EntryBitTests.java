package io.apictck.suites.remapping;

import io.apictck.arch.ApicMode;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Test;

/**
 * Every bit of an entry, flipped (Intel VT-d specification, "Interrupt Remapping Table Entry (IRTE)
 * for Remapped Interrupts").
 */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class EntryBitTests {
  private static void verifyAll(Machine machine, Cases cases, boolean extended) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine, Remapping.ORDINARY, extended);
    cases.each(EntryBits.all(), bit -> EntryBits.verify(remapping, requester, bit));
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Sweep(sample = 128)
  @OnMachine(processors = 2)
  @Covers({
    "IR-IRTE-001",
    "IR-IRTE-002",
    "IR-IRTE-003",
    "IR-IRTE-004",
    "IR-SID-001",
    "IR-SID-002",
    "IR-SID-003"
  })
  void withEightBitDestinations(Machine machine, Cases cases) {
    verifyAll(machine, cases, false);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Sweep(sample = 128)
  @OnMachine(processors = 2)
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers({
    "IR-IRTE-001",
    "IR-IRTE-002",
    "IR-IRTE-003",
    "IR-IRTE-004",
    "IR-SID-001",
    "IR-SID-002",
    "IR-SID-003"
  })
  void inExtendedMode(Machine machine, Cases cases) {
    verifyAll(machine, cases, true);
  }

  /** Without posting the format bit is reserved. */
  @Test
  @OnMachine(without = Feature.INTERRUPT_POSTING)
  @Covers("IR-IRTE-002")
  void withoutPostingItsFormatIsReserved(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    RemappedEntry entry = remapping.entry(Remapping.VECTOR).with(RemappingEntry.POSTED, true);
    remapping.set(Remapping.INDEX, entry);
    remapping.verifyBlocked(
        () -> requester.request(Remapping.INDEX),
        FaultReason.RESERVED_ENTRY,
        requester.sourceId(),
        Remapping.INDEX);
    remapping.verifyQuiet();
  }
}
