package io.apictck.suites.vtdposted;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Test;

/** A remapping unit that cannot post. */
@Conformance
@OnMachine(without = Feature.INTERRUPT_POSTING)
@Requires(Feature.INTERRUPT_REMAPPING)
final class WithoutPostingTests {
  private static final int INDEX = 7;
  private static final int VECTOR = 0x61;

  @Test
  @Covers("VTPI-IRTE-004")
  void theFormatBitIsReserved(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    PostedEntry entry = PostedEntry.to(descriptor.address(), VECTOR);
    posting.set(INDEX, entry);
    cpu.sti();
    posting.request(INDEX);
    posting.isBlocked(FaultReason.RESERVED_ENTRY);
    posting.set(INDEX, entry.withFaultProcessingDisabled(true));
    posting.request(INDEX);
    posting.hasNoFault();
    // nor is it taken for one of the other format
    posting.set(INDEX, PostedEntry.NONE.withPresent(true).withVector(VECTOR));
    posting.request(INDEX);
    posting.isBlocked(FaultReason.RESERVED_ENTRY);
    machine.expectNothing();
    Posting.holds(descriptor, posting.notifying(cpu));
  }
}
