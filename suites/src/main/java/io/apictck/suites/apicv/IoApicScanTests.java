package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The EOI-exit bitmaps belong to the VMCS: nothing else makes EOIs exit. */
@Conformance
@Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.VIRTUALIZE_X2APIC_MODE, Feature.IO_APIC})
final class IoApicScanTests {
  private static final int INPUT = 0xF;
  private static final int VECTOR = 0x79;

  @Test
  @OnMachine(processors = 2)
  @Covers("APICV-EOI-004")
  @Ports("KUT-VMX-SCAN-001")
  void aLevelEntryWithTheVectorOfTheGuestMakesNoExit(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    RedirectionEntry entry = RedirectionEntry.fixed(VECTOR, cpu.apicId()).withLevel(true);
    IoApic ioApic = machine.ioApic();
    List<Instruction> writes = new ArrayList<>();
    writes.addAll(ioApic.writing(IoApic.entryIndex(INPUT) + 1, (int) (entry.raw() >>> 32)));
    writes.addAll(ioApic.writing(IoApic.entryIndex(INPUT), (int) entry.raw()));
    machine.cpu(1).run(writes);
    machine.expectNothing();
    guest.guest().wrmsr(Guests.SELF_IPI, VECTOR);
    guest.guest().serve(VECTOR);
    guest.vcpu().leave();
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(1);
  }
}
